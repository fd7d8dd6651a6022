//! An engine that is watched, and whose syncs fail when they are told to.

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::Bytes;
use futures::{FutureExt as _, future::BoxFuture};
use vortex_store::{
    Cause, Embedded, Entry, Error, Page, Range, Result, Revision, Store, StoreId, Transaction,
    Watch, Write,
};

/// An embedded store, with an eye on its commits.
pub(crate) struct Watched {
    inner: Arc<Embedded>,
    commits: Mutex<Vec<Transaction>>,
    breaking: AtomicBool,
    broken: AtomicBool,
    unreadable: AtomicBool,
    after_read: Mutex<Option<(&'static str, Transaction)>>,
}

impl Watched {
    pub(crate) fn open(folder: &Path) -> Arc<Self> {
        Arc::new(Self {
            inner: crate::service::embedded(folder),
            commits: Mutex::default(),
            breaking: AtomicBool::new(false),
            broken: AtomicBool::new(false),
            unreadable: AtomicBool::new(false),
            after_read: Mutex::default(),
        })
    }

    /// Lets the next sync fail, and takes no commit afterwards.
    pub(crate) fn break_next_sync(&self) {
        self.breaking.store(true, Ordering::SeqCst);
    }

    /// Whether ranges can't be read.
    pub(crate) fn refuse_reads(&self, refused: bool) {
        self.unreadable.store(refused, Ordering::SeqCst);
    }

    /// Changes what is stored behind the service's back, right after the next range of
    /// this prefix was read.
    pub(crate) fn tamper_after_read(&self, prefix: &'static str, transaction: Transaction) {
        *self.after_read.lock().unwrap() = Some((prefix, transaction));
    }

    fn due_after_read(&self, range: &Range) -> Option<Transaction> {
        let mut due = self.after_read.lock().unwrap();
        let due = due.take_if(|(prefix, _)| range.start.starts_with(prefix.as_bytes()));
        due.map(|(_, transaction)| transaction)
    }

    /// The commits since this was asked last.
    pub(crate) fn take_commits(&self) -> Vec<Transaction> {
        std::mem::take(&mut self.commits.lock().unwrap())
    }

    /// The entries that begin with a prefix.
    pub(crate) async fn entries(&self, prefix: &'static str) -> Vec<Entry> {
        let mut found = Vec::new();
        let mut next = Some(Range::prefix(prefix));
        while let Some(range) = next {
            let page = self.inner.range(range.clone()).await.unwrap();
            next = range.after(&page);
            found.extend(page.entries);
        }
        found
    }

    /// Changes what is stored behind the service's back.
    pub(crate) async fn tamper(&self, transaction: Transaction) {
        self.inner.commit(transaction).await.unwrap();
    }
}

/// The keys that a transaction puts.
pub(crate) fn puts(transaction: &Transaction) -> impl Iterator<Item = &Bytes> {
    transaction.writes.iter().filter_map(|write| match write {
        Write::Put { key, .. } => Some(key),
        Write::Delete { .. } => None,
    })
}

impl Store for Watched {
    fn get(&self, key: Bytes) -> BoxFuture<'_, Result<Option<Entry>>> {
        self.inner.get(key)
    }

    fn range(&self, range: Range) -> BoxFuture<'_, Result<Page>> {
        if self.unreadable.load(Ordering::SeqCst) {
            let source = Cause::new(std::io::Error::other("the disk is on fire"));
            return async { Err(Error::ReadFailed { source }) }.boxed();
        }
        async move {
            let tamper = self.due_after_read(&range);
            let page = self.inner.range(range).await;
            if let Some(transaction) = tamper {
                self.tamper(transaction).await;
            }
            page
        }
        .boxed()
    }

    fn commit(&self, transaction: Transaction) -> BoxFuture<'_, Result<Revision>> {
        if self.broken.load(Ordering::SeqCst) {
            return async { Err(Error::Poisoned) }.boxed();
        }
        if self.breaking.swap(false, Ordering::SeqCst) {
            self.broken.store(true, Ordering::SeqCst);
            let source = Cause::new(std::io::Error::other("the disk is on fire"));
            return async { Err(Error::SyncFailed { source }) }.boxed();
        }
        self.commits.lock().unwrap().push(transaction.clone());
        self.inner.commit(transaction)
    }

    fn watch(&self, prefix: Bytes, after: Revision) -> BoxFuture<'_, Result<Watch>> {
        self.inner.watch(prefix, after)
    }

    fn revision(&self) -> Revision {
        self.inner.revision()
    }

    fn store_id(&self) -> StoreId {
        self.inner.store_id()
    }

    fn obstacle(&self) -> Option<Error> {
        self.inner.obstacle()
    }

    fn bytes(&self) -> u64 {
        self.inner.bytes()
    }

    fn maintain(&self) -> BoxFuture<'_, Result<()>> {
        self.inner.maintain()
    }

    fn close(&self) -> BoxFuture<'_, Result<()>> {
        self.inner.close()
    }
}
