//! How often splits decided reads, and how often a reader did not say what they tell apart.

use crate::domain::{Split, SplitId, Subject};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// Splits whose reads are counted, before those that no view knows any more are let go.
const KEPT: usize = 1024;

/// Reads that a split concerned, since the process began.
#[derive(Debug, Default)]
pub(super) struct Counts {
    reads: AtomicU64,
    keyless: AtomicU64,
}

/// Reads that a split concerned, since the process began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SplitReads {
    /// All of them.
    pub all: u64,
    /// Those that did not say what the split tells apart, and so got stable.
    pub keyless: u64,
}

/// The counts of a view's splits, in their order.
#[derive(Clone, Default)]
pub(super) struct ViewCounts(Arc<[Arc<Counts>]>);

impl ViewCounts {
    /// Counts a read by `subject`; `splits` are those of the view.
    #[inline]
    pub(super) fn count(&self, splits: &[Arc<Split>], subject: &Subject<'_>) {
        for (split, counts) in splits.iter().zip(&*self.0) {
            counts.reads.fetch_add(1, Ordering::Relaxed);
            if split.is_keyless(subject) {
                counts.keyless.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// The counts of all splits that views know.
#[derive(Default)]
pub(super) struct AllCounts(Mutex<HashMap<SplitId, Arc<Counts>>>);

impl AllCounts {
    /// The counts of a view's splits.
    pub(super) fn of_view(&self, splits: &[Arc<Split>]) -> ViewCounts {
        if splits.is_empty() {
            return ViewCounts::default();
        }
        let mut known = self.known();
        if known.len() >= KEPT {
            known.retain(|_, counts| Arc::strong_count(counts) > 1);
        }
        let counts = splits
            .iter()
            .map(|split| known.entry(split.id.clone()).or_default().clone());
        ViewCounts(counts.collect())
    }

    /// The reads that a split concerned.
    pub(super) fn of(&self, id: &SplitId) -> SplitReads {
        let known = self.known();
        known
            .get(id)
            .map_or_else(SplitReads::default, |counts| SplitReads {
                all: counts.reads.load(Ordering::Relaxed),
                keyless: counts.keyless.load(Ordering::Relaxed),
            })
    }

    fn known(&self) -> MutexGuard<'_, HashMap<SplitId, Arc<Counts>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
