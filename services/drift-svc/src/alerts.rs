//! Keeps alerts and silences: what is decided is stored first, and then seen.

mod evaluate;
mod write;

pub(crate) use evaluate::Measured;

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use crate::{
    domain::{AlertId, Book, FleetName, Limits, Pulse},
    meters::Meters,
    registry::Time,
    store::{self, AlertStore},
};

/// The alerts and silences. A clone is a pointer.
#[derive(Clone)]
pub(crate) struct Alerts {
    inner: Arc<Inner>,
}

struct Inner {
    book: RwLock<Book>,
    /// One decision at a time: made by what the one before has left, and stored before the next.
    deciding: tokio::sync::Mutex<Deciding>,
    store: AlertStore,
    limits: Limits,
    time: Time,
    meters: Meters,
}

/// What decisions are made by beside the book.
#[derive(Default)]
struct Deciding {
    pulses: HashMap<FleetName, Pulse>,
    /// Firing alerts whose counts are not stored as they are.
    recounted: BTreeSet<AlertId>,
}

impl Alerts {
    /// The alerts that are kept in `store`.
    ///
    /// # Errors
    /// They can't be read.
    pub(crate) async fn open(
        store: AlertStore,
        limits: Limits,
        time: Time,
        meters: Meters,
    ) -> Result<Self, store::Error> {
        let mut book = Book::default();
        for event in store.load().await? {
            book.fold(event);
        }
        Ok(Self {
            inner: Arc::new(Inner {
                book: RwLock::new(book),
                deciding: tokio::sync::Mutex::default(),
                store,
                limits,
                time,
                meters,
            }),
        })
    }

    /// The alerts and silences as they are now. Not to be held across an await.
    pub(crate) fn book(&self) -> RwLockReadGuard<'_, Book> {
        let book = &self.inner.book;
        book.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Their store.
    pub(crate) fn store(&self) -> &AlertStore {
        &self.inner.store
    }
}

impl Inner {
    fn change(&self) -> RwLockWriteGuard<'_, Book> {
        self.book.write().unwrap_or_else(PoisonError::into_inner)
    }
}
