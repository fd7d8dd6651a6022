//! Writes that find no room half way, in the journal and in the tables behind it.

use vortex_store::{Embedded, Options};

use crate::disk::Disk;
use crate::history::{self, Values};
use crate::preload::{self, Syncs};
use crate::writer::Report;

#[test]
fn a_write_that_finds_no_room_half_way_never_happened_and_the_next_one_is_taken() {
    let seed = crate::seed("no room in the journal");
    let turned_away = write(seed, Syncs::NoRoom("journals", 7), Values::Mixed, 300);
    assert!(turned_away > 0, "no write found the disk full");
}

#[test]
fn a_table_that_finds_no_room_stops_nothing_for_good() {
    let seed = crate::seed("no room for tables");
    // Some tables are written whole, and some are not.
    write(seed, Syncs::NoRoom("tables", 100), Values::Large, 40);
}

/// Writes, is killed after so many acknowledgements, and is checked; several times on one folder.
/// Answers how many transactions were turned away.
fn write(seed: u64, syncs: Syncs, values: Values, enough: usize) -> usize {
    let mut random = fastrand::Rng::with_seed(seed);
    let place = tempfile::tempdir().expect("a temporary folder");
    let disk = Disk::new(&place.path().join("disk"));
    // A store is not made on a disk that is full.
    drop(Embedded::open(disk.store(), Options::default()).expect("it is made"));
    let (mut head, mut turned_away) = (0, 0);
    for _ in 0..crate::rounds(2) {
        let mut writer = preload::writer(&disk, random.u64(..), syncs);
        let mut acknowledged = 0;
        while acknowledged < enough {
            match writer.report().expect("it goes on") {
                Report::Acknowledged(n) => (head, acknowledged) = (n, acknowledged + 1),
                Report::TurnedAway(_) => turned_away += 1,
                Report::Opened(found) => assert!(found >= head, "{found} after {head}"),
                report => panic!("{report:?}"),
            }
        }
        head = head.max(writer.kill());
        let store = Embedded::open(disk.store(), Options::default()).expect("it opens again");
        head = history::check(&store, head, values).expect("nothing is lost or half");
    }
    turned_away
}
