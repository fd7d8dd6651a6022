//! Counts, per split, the reads it decided, the distinct keys, and the readers that did not send
//! the key or instance it needs.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use super::seen_keys::{CELLS_PER_BUCKET, SeenCells, SeenKeys};
use crate::domain::{Split, SplitId, State, Subject};

/// The most splits whose distinct keys are counted: each takes 40 kB.
const KEYS_KEPT: usize = 1024;

/// Counts of the reads that a split took part in since the process began.
#[derive(Debug, Default)]
pub(super) struct Counts {
    reads: AtomicU64,
    keyless: AtomicU64,
    /// None for splits beyond [`KEYS_KEPT`].
    keys: Option<SeenKeys>,
}

/// Counts of the reads that a split took part in since the process began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SplitReads {
    /// All such reads.
    pub all: u64,
    /// Reads without the key or instance that the split needs; they got stable.
    pub keyless: u64,
}

/// The counts of a view's splits, in their order.
#[derive(Clone, Default)]
pub(super) struct ViewCounts(Arc<[Arc<Counts>]>);

impl ViewCounts {
    /// Counts a read by `subject` of a view with these splits.
    #[inline]
    pub(super) fn count(&self, splits: &[Arc<Split>], subject: &Subject<'_>) {
        for (split, counts) in splits.iter().zip(&*self.0) {
            counts.reads.fetch_add(1, Ordering::Relaxed);
            if split.is_keyless(subject) {
                counts.keyless.fetch_add(1, Ordering::Relaxed);
            }
            // a forced key says nothing of how the share divides all others
            if let (Some(keys), Some(key)) = (&counts.keys, subject.key_of(split.unit))
                && split.forced.arm(key).is_none()
            {
                let (bucket, part) = split.seed.cell::<CELLS_PER_BUCKET>(key);
                keys.see(bucket, part);
            }
        }
    }
}

/// The counts of all splits that views know.
#[derive(Default)]
pub(super) struct AllCounts(Mutex<HashMap<SplitId, Arc<Counts>>>);

impl AllCounts {
    /// The counts of the splits that concern a view at `state`.
    pub(super) fn of_view(&self, state: &State, splits: &[Arc<Split>]) -> ViewCounts {
        if splits.is_empty() {
            return ViewCounts::default();
        }
        let mut known = self.known();
        let counts = splits.iter().map(|split| {
            if let Some(counts) = known.get(&split.id) {
                return counts.clone();
            }
            known.retain(|id, counts| {
                state.splits.contains_key(id) || Arc::strong_count(counts) > 1
            });
            let counts = Arc::new(Counts {
                keys: (known.len() < KEYS_KEPT).then(SeenKeys::default),
                ..Counts::default()
            });
            known.insert(split.id.clone(), counts.clone());
            counts
        });
        ViewCounts(counts.collect())
    }

    /// Counts reads that a split took part in and that others answered, with the cells of their
    /// keys. Those of a split that no view knows are nobody's.
    pub(super) fn add(&self, id: &str, reads: SplitReads, cells: &[u32]) {
        let Some(counts) = self.known().get(id).cloned() else {
            return;
        };
        counts.reads.fetch_add(reads.all, Ordering::Relaxed);
        counts.keyless.fetch_add(reads.keyless, Ordering::Relaxed);
        if let Some(keys) = &counts.keys {
            cells.iter().for_each(|cell| keys.see_cell(*cell));
        }
    }

    /// Counts of the reads that a split took part in.
    pub(super) fn of(&self, id: &SplitId) -> SplitReads {
        let known = self.known();
        known
            .get(id)
            .map_or_else(SplitReads::default, |counts| SplitReads {
                all: counts.reads.load(Ordering::Relaxed),
                keyless: counts.keyless.load(Ordering::Relaxed),
            })
    }

    /// How many distinct keys have read what a split concerns. None before the first.
    pub(super) fn keys_of(&self, split: &Split) -> Option<SeenCells> {
        let counts = self.known().get(&split.id).cloned()?;
        let seen = counts.keys.as_ref()?.at(split.share);
        (seen.canary + seen.stable > 0).then_some(seen)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<SplitId, Arc<Counts>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
