//! A process that is killed at random points, again and again on one folder.

use std::time::Duration;

use super::{ledger::Ledger, process::Writing};
use crate::random::{rounds, seed};

/// Lives of one folder.
const LIVES: u32 = 200;

#[tokio::test]
async fn a_process_killed_at_any_point_loses_nothing_it_acknowledged() {
    let mut random = fastrand::Rng::with_seed(seed("kill"));
    for _ in 0..rounds(1) {
        let folder = tempfile::tempdir().unwrap();
        let mut ledger = Ledger::default();
        for life in 0..LIVES {
            let mut writing = Writing::start(folder.path(), life, &[]);
            // sometimes it dies while it opens
            for _ in 0..random.u32(0..24) {
                writing.hear();
            }
            // where it is killed is left to chance, not waited for
            std::thread::sleep(Duration::from_micros(random.u64(..8_000)));
            ledger.check(folder.path(), &writing.kill()).await;
        }
        println!("{} operations", ledger.check_all(folder.path()).await);
    }
}
