//! Counts the reads that are answered from views, for config-svc, which counts those that it
//! answers itself.

mod cells;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use vortex_bucket::Arm;
use vortex_proto::config::v1 as pb;

use crate::{Arms, Reader, Split, Unit};
use cells::Cells;

/// The most splits that are told of at once, as many as a message may have.
const SPLITS_AT_ONCE: usize = 1_000;
/// The most cells that are told of at once, of all splits.
const CELLS_AT_ONCE: usize = 100_000;
/// The most splits whose cells are told: each takes 40 kB.
const CELLS_KEPT: usize = 1_024;

/// The reads of all splits that views have, since they were told last.
#[derive(Debug, Default)]
pub(super) struct Reads {
    splits: Mutex<HashMap<Arc<str>, Arc<OfSplit>>>,
    without: Arc<Without>,
}

/// Reads that did not say what a split tells apart.
#[derive(Debug, Default)]
struct Without {
    instance: AtomicU64,
    key: AtomicU64,
}

/// The reads of one split.
#[derive(Debug, Default)]
struct OfSplit {
    stable: AtomicU64,
    canary: AtomicU64,
    without_key: AtomicU64,
    /// None for splits beyond [`CELLS_KEPT`].
    cells: Option<Cells>,
}

/// Where the reads of one view are counted.
#[derive(Clone, Debug, Default)]
pub(super) struct ViewReads {
    /// By its splits.
    splits: Arc<[Arc<OfSplit>]>,
    without: Arc<Without>,
}

impl Reads {
    /// Where reads of a view with these splits are counted.
    pub(super) fn of_view(&self, splits: &[Split]) -> ViewReads {
        if splits.is_empty() {
            return ViewReads::default();
        }
        let mut known = self.known();
        let of = |split: &Split| {
            if let Some(found) = known.get(&split.id) {
                return found.clone();
            }
            known.retain(|_, found| Arc::strong_count(found) > 1 || found.has_any());
            let kept = known.values().filter(|found| found.cells.is_some()).count();
            let made = Arc::new(OfSplit {
                cells: (kept < CELLS_KEPT).then(Cells::default),
                ..OfSplit::default()
            });
            known.insert(split.id.clone(), made.clone());
            made
        };
        ViewReads {
            splits: splits.iter().map(of).collect(),
            without: self.without.clone(),
        }
    }

    /// Takes what is to be told: none if that is nothing.
    pub(super) fn take(&self) -> Option<pb::AnsweredReads> {
        let mut room = CELLS_AT_ONCE;
        let mut splits = Vec::new();
        for (id, found) in &*self.known() {
            if splits.len() == SPLITS_AT_ONCE {
                break;
            }
            if found.has_any() {
                splits.push(found.take(id, &mut room));
            }
        }
        let answered = pb::AnsweredReads {
            splits,
            without_instance: self.without.instance.swap(0, Relaxed),
            without_key: self.without.key.swap(0, Relaxed),
        };
        (answered != pb::AnsweredReads::default()).then_some(answered)
    }

    /// Begins anew to tell which keys there are: who hears of it now may have heard nothing.
    pub(super) fn restart(&self) {
        for found in self.known().values() {
            if let Some(cells) = &found.cells {
                cells.clear();
            }
        }
    }

    fn known(&self) -> MutexGuard<'_, HashMap<Arc<str>, Arc<OfSplit>>> {
        self.splits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ViewReads {
    /// Counts a read by `reader`, who has these arms of these splits.
    pub(super) fn count(&self, splits: &[Split], reader: &Reader<'_>, arms: Arms) {
        let (mut lacks_instance, mut lacks_key) = (false, false);
        for (index, (split, found)) in splits.iter().zip(&*self.splits).enumerate() {
            match arms.get(index) {
                Arm::Stable => found.stable.fetch_add(1, Relaxed),
                Arm::Canary => found.canary.fetch_add(1, Relaxed),
            };
            if split.is_keyless(reader) {
                found.without_key.fetch_add(1, Relaxed);
                match split.unit {
                    Unit::Instance => lacks_instance = true,
                    Unit::Subject => lacks_key = true,
                }
            }
            // a forced key says nothing of how the share divides all others
            if let (Some(cells), Some(key)) = (&found.cells, reader.key_of(split.unit))
                && !split.is_forced(key)
            {
                cells.see(split.seed, key);
            }
        }
        if lacks_instance {
            self.without.instance.fetch_add(1, Relaxed);
        }
        if lacks_key {
            self.without.key.fetch_add(1, Relaxed);
        }
    }
}

impl OfSplit {
    /// Whether there is anything to tell.
    fn has_any(&self) -> bool {
        self.stable.load(Relaxed) > 0
            || self.canary.load(Relaxed) > 0
            || self.cells.as_ref().is_some_and(Cells::has_news)
    }

    fn take(&self, id: &str, room: &mut usize) -> pb::SplitReads {
        let cells = self.cells.as_ref();
        let cells = cells.map_or_else(Vec::new, |cells| cells.take(*room));
        *room -= cells.len();
        pb::SplitReads {
            split: id.to_owned(),
            stable: self.stable.swap(0, Relaxed),
            canary: self.canary.swap(0, Relaxed),
            without_key: self.without_key.swap(0, Relaxed),
            cells,
        }
    }
}

#[cfg(test)]
mod tests;
