//! Which cluster owns what: each document has exactly one owner, and only there it changes.

mod place;
mod table;

pub(crate) use place::{NotANamespace, Place};
pub(crate) use table::{Epoch, Fence, MAX_OWNED, Ownership, Table};

use super::{ClusterId, Label, Outcome, Path, Seq, State, VersionName};

impl State {
    /// The cluster that owns a document, and in which epoch. None as long as there is no ownership
    /// record: then all is this cluster's.
    pub(crate) fn owner_of(&self, label: &Label, path: &Path) -> Option<Owner<'_>> {
        if self.ownership.is_empty() {
            return None;
        }
        // a label that a source feeds is whole
        let feeder = self.feeder_of(label);
        feeder.or_else(|| self.ownership.owner_of(path))
    }

    /// The cluster whose source feeds a label, which is the owner of all of it. None where none feeds
    /// it.
    pub(crate) fn feeder_of(&self, label: &Label) -> Option<Owner<'_>> {
        let feed = self.labels.get(label)?.feed.as_ref()?;
        Some(Owner {
            cluster: &feed.cluster,
            epoch: 1,
        })
    }
}

/// Who owns a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner<'a> {
    pub(crate) cluster: &'a ClusterId,
    /// The counter of its epoch.
    pub(crate) epoch: u64,
}

impl Owner<'_> {
    /// Whether that is this cluster. What was written before it had a name is its own.
    pub(crate) fn is(&self, own: &ClusterId) -> bool {
        self.cluster == own || self.cluster.is_local()
    }
}

impl Outcome {
    /// The outcome of a command that is about ownership.
    pub(super) fn of_ownership(at: Seq) -> Self {
        Self {
            name: VersionName::trusted("ownership"),
            ..Self::of_source(at)
        }
    }
}
