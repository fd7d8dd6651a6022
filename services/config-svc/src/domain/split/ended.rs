//! Ended splits. They are remembered so that a late move can't begin them again, and so that what
//! they released can be reverted.

use std::{fmt, sync::Arc};

use imbl::{OrdMap, Vector};
use jiff::Timestamp;

use super::super::{Path, Seq, SplitId};
use super::Split;

/// Ended splits remembered at most; the oldest go first.
pub(crate) const MAX_ENDED: usize = 10_000;

/// How a split ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Its change set became stable.
    Released,
    /// All readers got stable again.
    Removed,
    /// A forced release took a document from it.
    Detached,
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Released => "released",
            Self::Removed => "removed",
            Self::Detached => "detached",
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedSplit {
    pub id: SplitId,
    /// Its last generation.
    pub generation: u64,
    pub ended_at: Timestamp,
    /// Who ended it. Empty where an earlier version did not write it down.
    pub by: String,
    /// Why, for people.
    pub why: String,
    /// How it ended.
    pub end: End,
}

/// How a split ended, and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// It was removed before its first move came.
    NeverBegan,
    /// All readers got stable again.
    Removed(Arc<Split>),
    /// A forced release of another change set took a document from it.
    Detached(Arc<Split>),
    /// Its change set became stable.
    Released {
        /// The split as it was.
        split: Arc<Split>,
        /// The versions that were stable before.
        before: Arc<[Before]>,
        /// The change set that reverts it, once one was staged.
        revert: Option<Seq>,
    },
}

/// The version of a document that was stable before a split was released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    /// The document.
    pub path: Path,
    /// Its stable version. None when it had none.
    pub stable: Option<Seq>,
}

impl EndedSplit {
    /// How it ended.
    pub fn ending(&self) -> Ending {
        match &self.end {
            End::NeverBegan | End::Removed(_) => Ending::Removed,
            End::Detached(_) => Ending::Detached,
            End::Released { .. } => Ending::Released,
        }
    }

    /// The split as it was. None when it never began.
    pub fn split(&self) -> Option<&Arc<Split>> {
        match &self.end {
            End::NeverBegan => None,
            End::Removed(split) | End::Detached(split) | End::Released { split, .. } => Some(split),
        }
    }

    /// The change sets that it refers to, once for each document.
    pub(in crate::domain) fn named(&self) -> impl Iterator<Item = Seq> {
        let before: &[Before] = match &self.end {
            End::Released { before, .. } => before,
            End::NeverBegan | End::Removed(_) | End::Detached(_) => &[],
        };
        before.iter().filter_map(|before| before.stable)
    }
}

/// The splits that ended within 30 days, [`MAX_ENDED`] at most.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EndedSplits {
    by_id: OrdMap<SplitId, Arc<EndedSplit>>,
    order: Vector<SplitId>,
}

impl EndedSplits {
    /// The split of this id.
    pub fn get(&self, id: &str) -> Option<&Arc<EndedSplit>> {
        self.by_id.get(id)
    }

    /// All splits, in the order in which they ended.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<EndedSplit>> {
        self.order.iter().filter_map(|id| self.by_id.get(id))
    }

    /// Adds a split that was not yet remembered. Returns the one that is forgotten for it, if there
    /// are too many.
    pub(in crate::domain) fn insert(&mut self, ended: EndedSplit) -> Option<Arc<EndedSplit>> {
        self.order.push_back(ended.id.clone());
        self.by_id.insert(ended.id.clone(), Arc::new(ended));
        if self.order.len() > MAX_ENDED {
            return self.pop_oldest();
        }
        None
    }

    /// Notes the change set that reverts a released split.
    pub(in crate::domain) fn note_revert(&mut self, id: &SplitId, staged: Seq) {
        if let Some(ended) = self.by_id.get_mut(id)
            && let End::Released { revert, .. } = &mut Arc::make_mut(ended).end
        {
            *revert = Some(staged);
        }
    }

    /// Forgets these, and returns them.
    pub(in crate::domain) fn forget(&mut self, ids: &[SplitId]) -> Vec<Arc<EndedSplit>> {
        if ids.is_empty() {
            return Vec::new();
        }
        let forgotten = ids.iter().filter_map(|id| self.by_id.remove(id)).collect();
        let by_id = &self.by_id;
        self.order.retain(|id| by_id.contains_key(id));
        forgotten
    }

    fn pop_oldest(&mut self) -> Option<Arc<EndedSplit>> {
        let id = self.order.pop_front()?;
        self.by_id.remove(&id)
    }
}
