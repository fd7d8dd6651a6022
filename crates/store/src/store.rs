//! The contract of a store, whatever its engine.

use bytes::Bytes;
use futures::future::BoxFuture;

use crate::{Entry, Error, Page, Range, Result, Revision, StoreId, Transaction, Watch};

/// A revisioned, ordered key-value store. The promises are numbered in the crate's documentation.
pub trait Store: Send + Sync + 'static {
    /// The entry under `key`, if there is one.
    ///
    /// # Errors
    /// [`ReadFailed`](crate::Error::ReadFailed), [`EntryCorrupt`](crate::Error::EntryCorrupt),
    /// [`Closed`](crate::Error::Closed).
    fn get(&self, key: Bytes) -> BoxFuture<'_, Result<Option<Entry>>>;

    /// The first page of `range`, of one moment; [`Range::after`] asks for the next.
    ///
    /// # Errors
    /// Those of [`get`](Store::get).
    fn range(&self, range: Range) -> BoxFuture<'_, Result<Page>>;

    /// Does the transaction's writes if all its compares hold, and answers its revision once it
    /// is durable. One that changes nothing (no writes, or deletes of absent keys alone) takes no
    /// revision and answers the latest.
    ///
    /// The transaction is submitted by the call itself, not by the first poll: its place in the
    /// order is that of the call, and a future that is dropped leaves it to be done all the same.
    ///
    /// # Errors
    /// [`Conflict`](crate::Error::Conflict) when a compare does not hold, the limits' errors of
    /// [`Transaction::validate`], those that [pass](crate::Error::is_passing),
    /// [`Poisoned`](crate::Error::Poisoned), [`Closed`](crate::Error::Closed): nothing was done.
    /// [`SyncFailed`](crate::Error::SyncFailed): the outcome is unknown.
    fn commit(&self, transaction: Transaction) -> BoxFuture<'_, Result<Revision>>;

    /// Follows the changes to keys that begin with `prefix` made after the revision `after`.
    ///
    /// # Errors
    /// [`Compacted`](crate::Error::Compacted) when changes after `after` are no longer kept, and
    /// [`Closed`](crate::Error::Closed).
    fn watch(&self, prefix: Bytes, after: Revision) -> BoxFuture<'_, Result<Watch>>;

    /// The latest durable revision. A read that starts later sees at least this.
    fn revision(&self) -> Revision;

    /// The identity of this store's history.
    fn store_id(&self) -> StoreId;

    /// Why a commit would be turned away now, if it would: what an operator is to be told without
    /// waiting for the next one.
    fn obstacle(&self) -> Option<Error>;

    /// Bytes that the store takes on disk; 0 where the engine cannot tell.
    fn bytes(&self) -> u64;

    /// Gives the space of overwritten and deleted entries back. Reads and commits may
    /// pause briefly.
    ///
    /// # Errors
    /// [`MaintenanceFailed`](crate::Error::MaintenanceFailed), [`Full`](crate::Error::Full) when
    /// there is no room to rewrite what is kept, [`Closed`](crate::Error::Closed);
    /// the content is as before.
    fn maintain(&self) -> BoxFuture<'_, Result<()>>;

    /// Finishes the commits that were submitted, and releases the store. Everything afterwards
    /// fails with [`Closed`](crate::Error::Closed); closing again does nothing.
    ///
    /// # Errors
    /// None today; engines that must tell their server may fail.
    fn close(&self) -> BoxFuture<'_, Result<()>>;
}
