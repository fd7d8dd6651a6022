//! The lock that keeps a second process out of a folder.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

/// Held as long as it lives; the system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct Lock(File);

/// Why the lock was not taken.
pub(super) enum Refused {
    Held(Option<u32>),
    Io(io::Error),
}

impl Lock {
    /// Takes the lock at `path` and writes this process's id into it.
    pub(super) fn take(path: &Path) -> Result<Self, Refused> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(path).map_err(Refused::Io)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => return Err(Refused::Held(holder(&mut file))),
            Err(errno) => return Err(Refused::Io(errno.into())),
        }
        // For people alone, and a full disk has no room for it.
        let _ = sign(&mut file);
        Ok(Self(file))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file is not enough while a child that is being forked has it open too.
        let _ = flock(&self.0, FlockOperation::Unlock);
    }
}

fn sign(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
