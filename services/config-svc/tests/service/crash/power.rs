//! Power cuts: what was not synced is thrown away, or torn, before the folder is
//! opened again.

#[path = "../../../../../crates/store/tests/faults/disk.rs"]
mod disk;

use std::{path::PathBuf, process::Command, sync::OnceLock};

use super::{ledger::Ledger, process::Writing};
use crate::random::{rounds, seed};
use disk::{Disk, Unsynced};

/// Cuts in one history, each on what the last has left.
const CUTS: u32 = 6;

#[tokio::test]
async fn a_power_cut_loses_nothing_that_was_acknowledged() {
    let mut random = fastrand::Rng::with_seed(seed("power cut"));
    for _ in 0..rounds(1) {
        suffer(&mut random, &[], |_| Unsynced::Lost).await;
    }
}

#[tokio::test]
async fn a_power_cut_that_tears_what_was_not_synced_loses_nothing_that_was_acknowledged() {
    let mut random = fastrand::Rng::with_seed(seed("torn power cut"));
    for _ in 0..rounds(1) {
        suffer(&mut random, &[], |random| Unsynced::Torn(random.fork())).await;
    }
}

/// Shows that the harness would notice a sync that is missing.
#[tokio::test]
async fn a_disk_whose_syncs_are_lies_is_found_out() {
    let mut random = fastrand::Rng::with_seed(seed("lying journals"));
    let lies = [("SYNC_LIE", "journals".to_owned())];
    let suffered = tokio::spawn(async move {
        suffer(&mut random, &lies, |_| Unsynced::Lost).await;
    });
    let found_out = suffered
        .await
        .expect_err("acknowledged writes were never synced");
    assert!(found_out.is_panic());
}

async fn suffer(
    random: &mut fastrand::Rng,
    lies: &[(&'static str, String)],
    unsynced: impl Fn(&mut fastrand::Rng) -> Unsynced,
) {
    let place = tempfile::tempdir().unwrap();
    let mut disk = Disk::new(&place.path().join("0"));
    let mut ledger = Ledger::default();
    for life in 0..CUTS {
        let mut writing = Writing::start(&disk.store(), life, &preloaded(&disk, lies));
        for _ in 0..random.u32(0..120) {
            writing.hear();
        }
        let done = writing.kill();
        disk = disk.cut(&place.path().join((life + 1).to_string()), unsynced(random));
        ledger.check(&disk.store(), &done).await;
        // the check has written too, with the power on
        disk.settle();
    }
    ledger.check_all(&disk.store()).await;
}

/// What makes a process record its syncs.
fn preloaded(disk: &Disk, lies: &[(&'static str, String)]) -> Vec<(&'static str, String)> {
    let text = |path: &PathBuf| path.to_str().expect("paths of tests are text").to_owned();
    let honest = [
        ("LD_PRELOAD", text(library())),
        ("SYNC_ROOT", text(&disk.root)),
        ("SYNC_RECORD", text(&disk.record)),
    ];
    honest.into_iter().chain(lies.iter().cloned()).collect()
}

/// The store's own shim, compiled once.
fn library() -> &'static PathBuf {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let source = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../crates/store/tests/faults/preload.c"
        );
        let name = format!("config-sync-{}.so", std::process::id());
        let library = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let compiled = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .arg(&library)
            .args([source, "-ldl"])
            .status()
            .expect("there is a C compiler");
        assert!(compiled.success(), "the library compiles");
        library
    })
}
