//! A small revisioned, ordered key-value store with durable group commits.
//!
//! [`Store`] is the contract; [`Embedded`] keeps it in a local folder. What every engine promises:
//!
//! 1. **Durable**: a commit is answered only after it is synced; what was answered survives a
//!    kill and a power cut.
//! 2. **Atomic**: a transaction is there whole or not at all, to readers, watches and restarts.
//! 3. **Ordered**: transactions become durable in the order of their [`Store::commit`] calls; no
//!    later one survives without the earlier ones.
//! 4. **Reads never vanish**: `get` and `range` see only what is already durable, so nothing that
//!    was read is lost afterwards. They never wait for a commit.
//! 5. **Revisions** rise by one for each transaction that changes something, are never reused
//!    after a restart, and have no gaps.
//! 6. **Poisoned by a failed sync**: the commits it carried fail with [`Error::SyncFailed`], all
//!    later ones with [`Error::Poisoned`]; reads go on, and see none of it. What is turned away
//!    before a byte of it is written, for want of room or since the folder was moved, leaves the
//!    store as it was ([`Error::is_passing`]).
//! 7. **Watches** deliver every change once and in order, or end with [`Error::Compacted`]; they
//!    never hold up a commit.
//!
//! The suite in the module `contract`, behind the feature of that name, holds an engine to these.

#[cfg(feature = "contract")]
pub mod contract;
mod embedded;
mod entry;
mod error;
mod limits;
mod range;
mod revision;
mod ring;
#[cfg(feature = "service")]
pub mod service;
mod store;
mod transaction;
mod watch;

pub use embedded::{Embedded, Observer, OpenError, Options, Recovery, Stats, recognize};
pub use entry::Entry;
pub use error::{Cause, Error, Result, Shortage};
pub use limits::{
    MAX_KEY_BYTES, MAX_PAGE_BYTES, MAX_PAGE_ENTRIES, MAX_TRANSACTION_BYTES,
    MAX_TRANSACTION_OPERATIONS, MAX_VALUE_BYTES,
};
pub use range::{Page, Range};
pub use revision::{Revision, StoreId};
pub use store::Store;
pub use transaction::{Compare, Transaction, Write};
pub use watch::{Change, Event, Watch};

/// What is private here and reads bytes that may be damaged, for the fuzzing of all parsers.
#[doc(hidden)]
pub mod parts {
    /// The lengths of the whole batches that a journal begins with.
    pub fn batches(journal: &[u8]) -> Vec<u64> {
        crate::embedded::batches(journal)
    }
}
