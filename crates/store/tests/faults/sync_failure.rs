//! A sync that fails is never acknowledged, and nothing is after it.

use vortex_store::{Embedded, Options};

use crate::disk::{Disk, Unsynced};
use crate::history::{self, Values};
use crate::preload::{self, Syncs};
use crate::writer::Report;

#[test]
fn a_failed_sync_is_never_acknowledged_and_poisons_the_store() {
    let mut random = fastrand::Rng::with_seed(crate::seed("sync failure"));
    for round in 0..crate::rounds(10) {
        let place = tempfile::tempdir().expect("a temporary folder");
        let disk = Disk::new(&place.path().join("before"));
        let failing = random.u32(1..40);
        let reports = preload::writer(&disk, random.u64(..), Syncs::FailAt(failing))
            .finish()
            .0;
        let durable = check_reports(&reports);
        let after = disk.cut(&place.path().join("after"), Unsynced::Lost);
        let store = Embedded::open(after.store(), Options::default());
        let checked = history::check(&store.expect("it opens again"), durable, Values::Mixed);
        checked.unwrap_or_else(|lost| panic!("round {round}: {lost}"));
    }
}

/// After the first failure nothing is acknowledged, reads go on and see none of what failed. A sync
/// of the maintenance carries no commit, so that none is told that its own failed.
fn check_reports(reports: &[Report]) -> u64 {
    let is_failure =
        |report: &Report| matches!(report, Report::SyncFailed(_) | Report::Poisoned(_));
    let failure = reports.iter().position(is_failure);
    let (before, after) = reports.split_at(failure.expect("commits are told of the failed sync"));
    let durable = before
        .iter()
        .map(|report| report.durable())
        .max()
        .unwrap_or(0);
    assert!(
        after
            .iter()
            .any(|report| matches!(report, Report::Poisoned(_))),
        "{after:?}"
    );
    for report in after {
        match report {
            Report::SyncFailed(_) | Report::Poisoned(_) => {}
            Report::Head(head) => assert_eq!(*head, durable),
            Report::Opened(_) | Report::Acknowledged(_) | Report::TurnedAway(_) => {
                panic!("{report:?} after a failure")
            }
        }
    }
    durable
}
