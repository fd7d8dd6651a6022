//! A file system of a few MiB, to be filled.

use std::{
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;

const CHUNK: usize = 64 << 10;

/// A file system in memory, which goes with this.
pub struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    /// One of this many MiB. None where this user may not mount, which is said.
    pub fn mount(mib: u32) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={mib}m"), "tmpfs"])
            .arg(folder.path())
            .output();
        let why = match mounted {
            Ok(mounted) if mounted.status.success() => return Some(Self { folder }),
            Ok(mounted) => String::from_utf8_lossy(&mounted.stderr).into_owned(),
            Err(error) => error.to_string(),
        };
        say(&format!(
            "skipped, since a file system can't be mounted: {why}"
        ));
        None
    }

    /// Where it is mounted.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Takes all of its room.
    pub fn fill(&self) {
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.filler())
            .expect("a file");
        loop {
            match file.write_all(&[1; CHUNK]) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => return,
                Err(error) => panic!("it is not filled: {error}"),
            }
        }
    }

    /// Gives the room back that was taken.
    pub fn empty(&self) {
        let file = File::options().write(true).open(self.filler());
        file.and_then(|file| file.set_len(0)).expect("it shrinks");
    }

    fn filler(&self) -> PathBuf {
        self.path().join("filler")
    }
}

#[allow(clippy::print_stderr)] // for whoever wonders why a test did nothing
fn say(what: &str) {
    eprintln!("{what}");
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // what still has a file open there loses it once that is closed
        let unmounted = Command::new("umount").arg("-l").arg(self.path()).status();
        drop(unmounted);
        drop(fs::remove_dir(self.path()));
    }
}
