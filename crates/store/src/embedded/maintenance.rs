//! Gives space back: compacts tables beside the commits, then empties the journal between two
//! commits.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use futures::channel::oneshot;

use super::database::Database;
use super::journal;
use super::room;
use super::shared::Shared;
use crate::{Cause, Error, Result};

/// Less than this to be given back is not worth the pause in which the database is opened again.
const WORTHWHILE_BYTES: u64 = 1 << 20;

/// The one maintenance that may be under way.
#[derive(Clone, Default)]
pub(super) struct Maintenance(Arc<Mutex<Option<JoinHandle<()>>>>);

impl Maintenance {
    /// Compacts on a thread of its own, then has the committer reclaim. If one is under way
    /// already, its end is waited for first.
    pub(super) fn start(&self, shared: &Arc<Shared>) -> Result<oneshot::Receiver<Result<()>>> {
        let mut running = self.lock();
        let before = running.take();
        let (reply, done) = oneshot::channel();
        let shared = Arc::clone(shared);
        let work = move || {
            // How the one before ended was told to whoever asked for it.
            let _ = before.map(JoinHandle::join);
            maintain(&shared, reply);
        };
        let thread = std::thread::Builder::new().name("store-maintain".to_owned());
        *running = Some(thread.spawn(work).map_err(failed)?);
        Ok(done)
    }

    /// Waits for the one that is under way.
    pub(super) fn join(&self) {
        let running = self.lock().take();
        let _ = running.map(JoinHandle::join);
    }

    fn lock(&self) -> MutexGuard<'_, Option<JoinHandle<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn maintain(shared: &Shared, reply: oneshot::Sender<Result<()>>) {
    let compacted = shared.database().and_then(|database| {
        room::check_compaction(&database, &shared.path)?;
        database.compact().map_err(failed)
    });
    match compacted {
        // A store that was closed meanwhile drops the reply, which says so.
        Ok(()) => drop(shared.queue.reclaim(reply)),
        Err(error) => drop(reply.send(Err(error))),
    }
}

impl Shared {
    /// Empties the journal once all of it is in tables, and lets go of tables that are no longer
    /// needed, for which the database must be closed for a moment: the engine keeps what was
    /// compacted until it writes again. Only for the committer, which alone can tell that nothing
    /// is being written.
    pub(super) fn reclaim(&self) -> Result<()> {
        let database = self.database()?;
        room::check_group(&database, &self.path, 0)?;
        database.flush().map_err(failed)?;
        let needed = database.entries.disk_space();
        drop(database);
        let engine = super::folder::engine(&self.path);
        if disk_bytes(&engine).saturating_sub(needed) < WORTHWHILE_BYTES {
            return Ok(());
        }
        let mut database = self.exclusive();
        *database = None;
        let emptied = empty_journals(&engine);
        *database = Some(Database::open(&engine).map_err(failed)?);
        emptied.map_err(failed)
    }
}

fn empty_journals(engine: &Path) -> io::Result<()> {
    for path in journal::journals(engine)? {
        // Truncated rather than removed: the engine numbers on from the files it finds.
        let file = OpenOptions::new().write(true).open(path)?;
        file.set_len(0)?;
        file.sync_all()?;
    }
    Ok(())
}

/// The unit in which `stat` counts blocks, whatever the file system.
const BLOCK_BYTES: u64 = 512;

/// Bytes that a folder takes on disk. Files that vanish meanwhile count as nothing.
pub(super) fn disk_bytes(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else {
        return 0;
    };
    let bytes = |entry: fs::DirEntry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => disk_bytes(&entry.path()),
        Ok(metadata) => metadata.blocks() * BLOCK_BYTES,
        Err(_) => 0,
    };
    entries.flatten().map(bytes).sum()
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::MaintenanceFailed {
        source: Cause::new(error),
    }
}
