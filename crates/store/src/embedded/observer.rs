//! A store's reports about its work, for metrics.

use std::sync::atomic::{AtomicU64, Ordering};

/// Told of each sync as it happens, on the committer's thread: it must be quick, and can take
/// the time between the two calls.
pub trait Observer: Send + Sync + 'static {
    /// A group of this many transactions is about to be written and synced.
    fn sync_started(&self, transactions: usize) {
        let _ = transactions;
    }

    /// It is done. `durable` is false when it failed, which poisons the store. Not told of a group
    /// that was turned away or taken back for want of room.
    fn sync_ended(&self, durable: bool) {
        let _ = durable;
    }
}

/// Counts since the store was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Transactions answered with a revision.
    pub commits: u64,
    /// Transactions refused since a compare did not hold.
    pub conflicts: u64,
    /// Groups written, each with one sync.
    pub syncs: u64,
    /// Commits waiting now.
    pub waiting: usize,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    commits: AtomicU64,
    conflicts: AtomicU64,
    syncs: AtomicU64,
}

impl Counters {
    pub(super) fn committed(&self) {
        self.commits.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn conflicted(&self) {
        self.conflicts.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn synced(&self) {
        self.syncs.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn read(&self, waiting: usize) -> Stats {
        Stats {
            commits: self.commits.load(Ordering::Relaxed),
            conflicts: self.conflicts.load(Ordering::Relaxed),
            syncs: self.syncs.load(Ordering::Relaxed),
            waiting,
        }
    }
}
