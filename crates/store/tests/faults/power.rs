//! Power cuts: what was not synced is thrown away, or torn, before the store is opened again.

use std::path::Path;

use vortex_store::{Embedded, Options};

use crate::disk::{Disk, Unsynced};
use crate::history::{self, Values};
use crate::preload::{self, Syncs};
use crate::seed;

/// Cuts in one history, each on what the last has left.
const CUTS: u32 = 8;

#[test]
fn a_power_cut_loses_nothing_that_was_acknowledged() {
    let mut random = fastrand::Rng::with_seed(seed("power cut"));
    for _ in 0..crate::rounds(6) {
        suffer(&mut random, Syncs::Honest, |_| Unsynced::Lost).expect("nothing is lost or half");
    }
}

#[test]
fn a_power_cut_that_tears_what_was_not_synced_loses_nothing_that_was_acknowledged() {
    let mut random = fastrand::Rng::with_seed(seed("torn power cut"));
    let torn = |random: &mut fastrand::Rng| Unsynced::Torn(random.fork());
    for _ in 0..crate::rounds(6) {
        suffer(&mut random, Syncs::Honest, torn).expect("nothing is lost or half");
    }
}

/// Shows that the harness would notice a sync that is missing.
#[test]
fn a_journal_whose_syncs_are_lies_is_found_out() {
    let mut random = fastrand::Rng::with_seed(seed("lying journals"));
    let outcome = suffer(&mut random, Syncs::JournalsLie, |_| Unsynced::Lost);
    outcome.expect_err("an acknowledged commit was never synced");
}

/// Shows the same for names that are not made durable.
#[test]
fn folders_whose_syncs_are_lies_are_found_out() {
    let mut random = fastrand::Rng::with_seed(seed("lying folders"));
    let outcome = suffer(&mut random, Syncs::FoldersLie, |_| Unsynced::Lost);
    outcome.expect_err("an acknowledged commit is in a file that has no name");
}

/// Writes and cuts the power, several times, and checks the store after each cut.
fn suffer(
    random: &mut fastrand::Rng,
    syncs: Syncs,
    unsynced: impl Fn(&mut fastrand::Rng) -> Unsynced,
) -> Result<u64, String> {
    let place = tempfile::tempdir().expect("a temporary folder");
    let mut disk = Disk::new(&place.path().join("0"));
    let mut head = 0;
    for cut in 1..=CUTS {
        let acknowledged = write(&disk, random, syncs).max(head);
        disk = disk.cut(&place.path().join(cut.to_string()), unsynced(random));
        head = check(&disk.store(), acknowledged)?;
        // The check has written too, with the power on.
        disk.settle();
    }
    Ok(head)
}

/// Writes until the power is cut: at any time, or right between a write and its sync.
fn write(disk: &Disk, random: &mut fastrand::Rng, syncs: Syncs) -> u64 {
    let seed = random.u64(..);
    if matches!(syncs, Syncs::Honest) && random.bool() {
        return preload::writer(disk, seed, Syncs::KillAt(random.u32(1..60))).killed();
    }
    let mut writer = preload::writer(disk, seed, syncs);
    let mut acknowledged = 0;
    for _ in 0..random.u32(1..120) {
        acknowledged = writer.report().map_or(0, |report| report.durable());
    }
    writer.kill().max(acknowledged)
}

fn check(folder: &Path, acknowledged: u64) -> Result<u64, String> {
    let store = Embedded::open(folder, Options::default()).map_err(|error| error.to_string())?;
    history::check(&store, acknowledged, Values::Mixed)
}
