//! The engine that keeps a store in a local folder: fjall under a group-commit queue of our own.

mod committer;
mod database;
mod engine_failure;
mod error;
mod folder;
mod format;
mod group;
mod journal;
mod lock;
mod maintenance;
mod marker;
mod observer;
mod opening;
mod place;
mod queue;
mod record;
mod room;
mod shared;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use bytes::Bytes;
use futures::FutureExt;
use futures::channel::oneshot;
use futures::future::{BoxFuture, Shared as SharedFuture, ready};

use self::committer::Committer;
pub use self::error::OpenError;
use self::folder::Folder;
pub(crate) use self::journal::batches;
use self::maintenance::Maintenance;
pub use self::observer::{Observer, Stats};
pub use self::opening::Recovery;
use self::queue::Commit;
use self::shared::Shared;
use crate::{
    Cause, Entry, Error, Page, Range, Result, Revision, Store, StoreId, Transaction, Watch,
};

/// Whether the folder at `path` may be a store's, without touching it: it is one, is empty, or was
/// about to become one.
///
/// # Errors
/// [`OpenError::Foreign`] when another program's files are in it, and when it can't be read.
pub fn recognize(path: impl AsRef<Path>) -> Result<(), OpenError> {
    folder::refuse_strangers(path.as_ref())
}

/// How a folder is opened.
#[derive(Clone)]
pub struct Options {
    /// Told of each sync.
    pub observer: Option<Arc<dyn Observer>>,
    /// Transactions whose changes are kept in memory for watches.
    pub recent_changes: usize,
    /// Bytes of changes kept in memory for watches.
    pub recent_bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            observer: None,
            recent_changes: 4_096,
            recent_bytes: 4 << 20,
        }
    }
}

/// A store in a local folder, for one process at a time.
///
/// Reads run on the calling thread; commits on a thread of the store's own. Dropping it without
/// [`close`](Store::close) finishes what was submitted too, and blocks until it is done.
pub struct Embedded {
    shared: Arc<Shared>,
    maintenance: Maintenance,
    store_id: StoreId,
    recovery: Recovery,
    committer: Mutex<Option<JoinHandle<()>>>,
    stopped: SharedFuture<oneshot::Receiver<()>>,
}

impl Embedded {
    /// Opens the store in the folder at `path`, or makes one where there is none. Blocks on disk.
    ///
    /// # Errors
    /// The folder is in use, a stranger's, newer, damaged or not writable: see [`OpenError`].
    pub fn open(path: impl AsRef<Path>, options: Options) -> Result<Self, OpenError> {
        let mut folder = Folder::open(path.as_ref())?;
        let (database, recovery) = opening::open(&folder)?;
        let revision = recovery.revision;
        folder.note(revision);
        let store_id = folder.store_id();
        let shared = Arc::new(Shared::new(folder, database, revision, options));
        let maintenance = Maintenance::default();
        let (stop, stopped) = oneshot::channel();
        let committer = start(&shared, &maintenance, stop).map_err(|source| OpenError::Io {
            path: path.as_ref().to_owned(),
            source,
        })?;
        Ok(Self {
            shared,
            maintenance,
            store_id,
            recovery,
            committer: Mutex::new(Some(committer)),
            stopped: stopped.shared(),
        })
    }

    /// The state in which it was left, as found when it was opened.
    #[must_use]
    pub fn recovery(&self) -> &Recovery {
        &self.recovery
    }

    /// Counts of what was done since it was opened.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.shared.counters.read(self.shared.queue.len())
    }

    fn submit(&self, transaction: Transaction) -> Result<oneshot::Receiver<Result<Revision>>> {
        transaction.validate()?;
        let (reply, answer) = oneshot::channel();
        self.shared.queue.push(Commit { transaction, reply })?;
        Ok(answer)
    }

    fn join(&self) {
        let committer = self
            .committer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(committer) = committer {
            // A panic there was answered to the commits that it concerned.
            let _ = committer.join();
        }
    }
}

impl Store for Embedded {
    fn get(&self, key: Bytes) -> BoxFuture<'_, Result<Option<Entry>>> {
        async move { self.shared.read(|database| database.entry(&key)) }.boxed()
    }

    fn range(&self, range: Range) -> BoxFuture<'_, Result<Page>> {
        async move { self.shared.read(|database| database.page(&range)) }.boxed()
    }

    fn commit(&self, transaction: Transaction) -> BoxFuture<'_, Result<Revision>> {
        match self.submit(transaction) {
            Ok(answer) => answer
                .map(|answer| answer.unwrap_or_else(|_| Err(lost())))
                .boxed(),
            Err(error) => ready(Err(error)).boxed(),
        }
    }

    fn watch(&self, prefix: Bytes, after: Revision) -> BoxFuture<'_, Result<Watch>> {
        ready(self.shared.ring.subscribe(prefix, after).map(Watch::new)).boxed()
    }

    fn revision(&self) -> Revision {
        self.shared.revision()
    }

    fn store_id(&self) -> StoreId {
        self.store_id
    }

    fn obstacle(&self) -> Option<Error> {
        self.shared.obstacle()
    }

    fn bytes(&self) -> u64 {
        maintenance::disk_bytes(&self.shared.path)
    }

    fn maintain(&self) -> BoxFuture<'_, Result<()>> {
        let done = self.maintenance.start(&self.shared);
        async move { done?.await.unwrap_or(Err(Error::Closed)) }.boxed()
    }

    fn close(&self) -> BoxFuture<'_, Result<()>> {
        self.shared.queue.close();
        let stopped = self.stopped.clone();
        async move {
            // The sender is dropped, unused, when the committer has ended.
            let _ = stopped.await;
            self.join();
            Ok(())
        }
        .boxed()
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.shared.queue.close();
        self.join();
    }
}

/// Starts the thread that commits, which ends the one that notes.
fn start(
    shared: &Arc<Shared>,
    maintenance: &Maintenance,
    stop: oneshot::Sender<()>,
) -> std::io::Result<JoinHandle<()>> {
    let noted = Arc::clone(shared);
    let marking = spawn("store-mark", move || noted.marker.run(|| noted.note()))?;
    let committer = Committer::new(Arc::clone(shared), maintenance.clone(), marking);
    spawn("store-commit", move || committer.run(stop)).inspect_err(|_| shared.marker.close())
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name.to_owned()).spawn(run)
}

/// A commit that was taken and never answered: the committer's thread is gone.
fn lost() -> Error {
    let gone = std::io::Error::other("the committing thread ended before it answered");
    Error::SyncFailed {
        source: Cause::new(gone),
    }
}
