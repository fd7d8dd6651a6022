//! Kills and power cuts while the engine switches to its next journal, after 64 MB of writes.

use std::fs;
use std::path::{Path, PathBuf};

use vortex_store::{Embedded, OpenError, Options};

use crate::disk::{Disk, Unsynced};
use crate::history::{self, Values};
use crate::preload::{self, Syncs};
use crate::seed;

/// Syncs at which it may end: the new journal's, its name's, those of what is noted of it, of the
/// tables that are written meanwhile, and of commits after it.
const SYNCS: u32 = 16;

#[test]
fn a_writer_killed_in_a_switch_of_journals_loses_nothing_it_acknowledged() {
    let mut random = fastrand::Rng::with_seed(seed("kill in a switch"));
    for _ in 0..crate::rounds(2) {
        let (_place, disk, acknowledged) = write_to_a_switch(&mut random);
        check(&disk, acknowledged);
    }
}

#[test]
fn a_power_cut_in_a_switch_of_journals_loses_nothing_that_was_acknowledged() {
    let mut random = fastrand::Rng::with_seed(seed("power cut in a switch"));
    for _ in 0..crate::rounds(2) {
        let (place, disk, acknowledged) = write_to_a_switch(&mut random);
        for (name, unsynced) in [
            ("lost", Unsynced::Lost),
            ("torn", Unsynced::Torn(random.fork())),
        ] {
            check(&disk.cut(&place.path().join(name), unsynced), acknowledged);
        }
    }
}

/// A new journal is noted before the first commit in it is answered.
#[test]
fn a_journal_that_is_removed_after_a_kill_is_missed() {
    let mut random = fastrand::Rng::with_seed(seed("removed after a kill"));
    // Late enough for commits that are in the new journal: a table takes some ten syncs.
    let (_place, disk, _) = write_to(&mut random, 60);
    let journals = journals(&disk.store());
    let newest = journals.last().expect("there is one");
    fs::remove_file(newest).expect("it is removed");
    let refused = Embedded::open(disk.store(), Options::default()).err();
    assert!(
        matches!(refused, Some(OpenError::Corrupt { .. })),
        "{refused:?} without {}",
        newest.display()
    );
}

fn write_to_a_switch(random: &mut fastrand::Rng) -> (tempfile::TempDir, Disk, u64) {
    let sync = random.u32(1..=SYNCS);
    write_to(random, sync)
}

/// Writes until the process is killed at a sync of a switch.
fn write_to(random: &mut fastrand::Rng, sync: u32) -> (tempfile::TempDir, Disk, u64) {
    let place = tempfile::tempdir().expect("a temporary folder");
    let disk = Disk::new(&place.path().join("disk"));
    let mut writer = preload::writer(&disk, random.u64(..), Syncs::KillAtSwitch(sync));
    let acknowledged = writer.killed();
    (place, disk, acknowledged)
}

/// Opens the store twice: what the first opening has noted holds too.
fn check(disk: &Disk, acknowledged: u64) {
    let mut acknowledged = acknowledged;
    for _ in 0..2 {
        let store = Embedded::open(disk.store(), Options::default()).expect("it opens again");
        let checked = history::check(&store, acknowledged, Values::Large);
        acknowledged = checked.expect("nothing is lost or half");
    }
}

/// The journals of a store, the newest last.
fn journals(store: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(store.join("db")).expect("a folder is read");
    let paths = entries.map(|entry| entry.expect("an entry is read").path());
    let mut found: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|e| e == "jnl"))
        .collect();
    found.sort();
    found
}
