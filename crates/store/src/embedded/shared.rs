//! State shared between a store's callers and its committer.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard};

use super::Options;
use super::database::Database;
use super::folder::Folder;
use super::marker::Marker;
use super::observer::{Counters, Observer};
use super::place::Place;
use super::queue::Queue;
use super::room;
use crate::ring::{Capacity, Ring};
use crate::{Error, Result, Revision};

pub(super) struct Shared {
    pub(super) path: PathBuf,
    pub(super) place: Arc<Place>,
    /// Nothing once the store is closed, which lets go of its lock.
    folder: Mutex<Option<Folder>>,
    pub(super) marker: Marker,
    pub(super) queue: Queue,
    pub(super) ring: Arc<Ring>,
    pub(super) counters: Counters,
    pub(super) observer: Option<Arc<dyn Observer>>,
    /// Nothing once the store is closed. Written only while the database is exchanged or closed.
    database: RwLock<Option<Database>>,
    revision: AtomicU64,
    /// Set for good by a failed sync.
    poisoned: AtomicBool,
    /// Set while the engine could not be opened again.
    stopped: AtomicBool,
}

impl Shared {
    pub(super) fn new(
        folder: Folder,
        database: Database,
        revision: Revision,
        options: Options,
    ) -> Self {
        let capacity = Capacity {
            changes: options.recent_changes,
            bytes: options.recent_bytes,
        };
        Self {
            path: folder.path().to_owned(),
            place: folder.place(),
            folder: Mutex::new(Some(folder)),
            marker: Marker::default(),
            queue: Queue::default(),
            ring: Arc::new(Ring::new(capacity, revision)),
            counters: Counters::default(),
            observer: options.observer,
            database: RwLock::new(Some(database)),
            revision: AtomicU64::new(revision.0),
            poisoned: AtomicBool::new(false),
            stopped: AtomicBool::new(false),
        }
    }

    /// Notes outside the journal how far the store has come, and answers whether it did.
    pub(super) fn note(&self) -> bool {
        match self.folder().as_mut() {
            Some(folder) => folder.note(self.revision()),
            None => true,
        }
    }

    /// Lets go of the folder.
    pub(super) fn release(&self) {
        *self.folder() = None;
    }

    fn folder(&self) -> MutexGuard<'_, Option<Folder>> {
        self.folder.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why a commit would be turned away now.
    pub(super) fn obstacle(&self) -> Option<Error> {
        if self.is_poisoned() {
            return Some(Error::Poisoned);
        }
        if self.is_stopped() {
            return Some(Error::Stopped);
        }
        let room = || self.read(|database| room::check_group(database, &self.path, 0));
        self.place.check().and_then(|()| room()).err()
    }

    pub(super) fn is_poisoned(&self) -> bool {
        self.poisoned.load(Ordering::Acquire)
    }

    pub(super) fn poison(&self) {
        self.poisoned.store(true, Ordering::Release);
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    pub(super) fn set_stopped(&self, stopped: bool) {
        self.stopped.store(stopped, Ordering::Release);
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
