//! The library that is loaded before the C library of a writer, and decides what a sync does.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::disk::Disk;
use crate::writer::{self, Writer};

/// What a sync of the writer does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Syncs {
    /// Records what is synced.
    Honest,
    /// Says so and does nothing, for journals.
    JournalsLie,
    /// Says so and does nothing, for folders.
    FoldersLie,
    /// Records what is synced, until the process is killed at this sync of a journal.
    KillAt(u32),
    /// Records what is synced, until the process is killed at this sync of whatever file, counted
    /// from the first one of a second journal. It writes large values, to get there.
    KillAtSwitch(u32),
    /// Is honest, but each so many writes to files of a kind (`journals`, `tables`) find no room.
    NoRoom(&'static str, u32),
    /// Fails once, at this sync of a journal by the committer, and is honest otherwise.
    FailAt(u32),
}

/// Starts a writer on the store of a disk, with syncs of this kind.
pub(crate) fn writer(disk: &Disk, seed: u64, syncs: Syncs) -> Writer {
    let environment = environment(&disk.root, &disk.record, syncs);
    let environment: Vec<_> = environment
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    Writer::start(&disk.store(), seed, &environment)
}

fn environment(folder: &Path, record: &Path, syncs: Syncs) -> Vec<(&'static str, String)> {
    let mut environment = vec![
        ("LD_PRELOAD", text(library())),
        ("SYNC_ROOT", text(folder)),
        ("SYNC_RECORD", text(record)),
    ];
    match syncs {
        Syncs::Honest => {}
        Syncs::JournalsLie => environment.push(("SYNC_LIE", "journals".to_owned())),
        Syncs::FoldersLie => environment.push(("SYNC_LIE", "folders".to_owned())),
        Syncs::KillAt(sync) => environment.push(("SYNC_KILL_AT", sync.to_string())),
        Syncs::KillAtSwitch(sync) => {
            environment.push(("SYNC_KILL_AT_SWITCH", sync.to_string()));
            environment.push((writer::VALUES, "large".to_owned()));
        }
        Syncs::NoRoom(files, every) => {
            environment.push(("FULL_FILES", files.to_owned()));
            environment.push(("FULL_EVERY", every.to_string()));
            environment.push((writer::ALONE, "1".to_owned()));
            if files == "tables" {
                environment.push((writer::VALUES, "large".to_owned()));
            }
        }
        Syncs::FailAt(sync) => environment.push(("SYNC_FAIL_AT", sync.to_string())),
    }
    environment
}

fn text(path: &Path) -> String {
    path.to_str()
        .expect("a path of the tests is text")
        .to_owned()
}

/// Compiles it, once, by the C compiler that links Rust programs too.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let library = folder.join(format!("sync-{}.so", std::process::id()));
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/faults/preload.c");
        let done = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
            .arg(&library)
            .args([source, "-ldl"])
            .status()
            .expect("there is a C compiler");
        assert!(done.success(), "the library compiles");
        library
    })
}
