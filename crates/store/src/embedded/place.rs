//! Checks that the store's files are still where they were opened: writes to a folder that was
//! moved or removed would be lost to the next process.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::folder::{self, LOCK};
use super::journal;
use crate::Error;

/// Where a store was opened.
#[derive(Debug)]
pub(super) struct Place {
    folder: Known,
    lock: Known,
    engine: PathBuf,
    /// The newest journal that is known, which is there for as long as no newer one is.
    journal: AtomicU64,
}

/// A path, and what was found there.
#[derive(Debug)]
struct Known {
    path: PathBuf,
    identity: Identity,
}

/// Device and inode.
type Identity = (u64, u64);

impl Place {
    /// The store's folder at `path` as it is now, locked by this process.
    pub(super) fn new(path: &Path) -> io::Result<Self> {
        Ok(Self {
            folder: Known::new(path.to_owned())?,
            lock: Known::new(path.join(LOCK))?,
            engine: folder::engine(path),
            journal: AtomicU64::new(journal::newest(&folder::engine(path))?),
        })
    }

    /// Checks that the next process to open the folder finds what is written.
    pub(super) fn check(&self) -> Result<(), Error> {
        self.folder.check()?;
        self.lock.check()?;
        let newest = self.journal.load(Ordering::Relaxed);
        if journal::is_there(&self.engine, newest) || journal::is_past(&self.engine, newest) {
            return Ok(());
        }
        Err(Error::Displaced {
            path: journal::path(&self.engine, newest),
        })
    }

    /// Remembers the newest journal.
    pub(super) fn set_journal(&self, number: u64) {
        self.journal.store(number, Ordering::Relaxed);
    }

    /// Whether the engine has begun a journal after the newest that is known.
    pub(super) fn has_new_journal(&self) -> bool {
        journal::is_past(&self.engine, self.journal.load(Ordering::Relaxed))
    }
}

impl Known {
    fn new(path: PathBuf) -> io::Result<Self> {
        let identity = identity(&path)?;
        Ok(Self { path, identity })
    }

    fn check(&self) -> Result<(), Error> {
        match identity(&self.path) {
            Ok(found) if found == self.identity => Ok(()),
            _ => Err(Error::Displaced {
                path: self.path.clone(),
            }),
        }
    }
}

fn identity(path: &Path) -> io::Result<Identity> {
    let found = fs::metadata(path)?;
    Ok((found.dev(), found.ino()))
}
