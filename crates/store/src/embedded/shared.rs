//! What the callers of a store and its committer share.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};

use super::Options;
use super::database::Database;
use super::observer::{Counters, Observer};
use super::queue::Queue;
use crate::ring::{Capacity, Ring};
use crate::{Error, Result, Revision};

pub(super) struct Shared {
    pub(super) path: PathBuf,
    pub(super) queue: Queue,
    pub(super) ring: Arc<Ring>,
    pub(super) counters: Counters,
    pub(super) observer: Option<Arc<dyn Observer>>,
    /// Nothing once the store is closed. Written only while the database is exchanged or closed.
    database: RwLock<Option<Database>>,
    revision: AtomicU64,
}

impl Shared {
    pub(super) fn new(
        path: &Path,
        database: Database,
        revision: Revision,
        options: Options,
    ) -> Self {
        let capacity = Capacity {
            changes: options.recent_changes,
            bytes: options.recent_bytes,
        };
        Self {
            path: path.to_owned(),
            queue: Queue::default(),
            ring: Arc::new(Ring::new(capacity, revision)),
            counters: Counters::default(),
            observer: options.observer,
            database: RwLock::new(Some(database)),
            revision: AtomicU64::new(revision.0),
        }
    }

    /// Reads from the database, which is not closed meanwhile.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Database) -> Result<T>) -> Result<T> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        read(database.as_ref().ok_or(Error::Closed)?)
    }

    /// The database for longer work. It cannot be exchanged or closed before this is dropped.
    pub(super) fn database(&self) -> Result<Database> {
        self.read(|database| Ok(database.clone()))
    }

    /// Keeps reads away from the database.
    pub(super) fn exclusive(&self) -> RwLockWriteGuard<'_, Option<Database>> {
        self.database
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The latest revision that reads see.
    pub(super) fn revision(&self) -> Revision {
        Revision(self.revision.load(Ordering::Acquire))
    }

    pub(super) fn advance(&self, revision: Revision) {
        self.revision.store(revision.0, Ordering::Release);
    }
}
