//! A writer that is killed at random points, again and again on one folder.

use std::path::Path;
use std::time::Duration;

use vortex_store::{Embedded, Options};

use crate::history::{self, Values};
use crate::writer::Writer;

#[test]
fn a_writer_killed_at_any_point_loses_nothing_it_acknowledged() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut random = fastrand::Rng::with_seed(crate::seed("kill"));
    let mut head = 0;
    for round in 0..crate::rounds(200) {
        let acknowledged = write_and_kill(folder.path(), &mut random);
        assert!(
            acknowledged == 0 || acknowledged >= head,
            "round {round} went back"
        );
        let store = Embedded::open(folder.path(), Options::default()).expect("it opens again");
        head = history::check(&store, acknowledged.max(head), Values::Mixed)
            .expect("nothing is lost or half");
    }
    println!("{head} transactions");
}

/// Kills a new writer while it opens, or after some acknowledgements and a moment.
fn write_and_kill(folder: &Path, random: &mut fastrand::Rng) -> u64 {
    let mut writer = Writer::start(folder, random.u64(..), &[]);
    let mut acknowledged = 0;
    if random.u8(..10) > 0 {
        for _ in 0..random.u32(1..40) {
            acknowledged = writer.report().map_or(0, |report| report.durable());
        }
    }
    // Where it is killed is left to chance, not waited for.
    std::thread::sleep(Duration::from_micros(random.u64(..20_000)));
    writer.kill().max(acknowledged)
}
