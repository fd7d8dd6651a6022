//! The status of a source.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;

use super::Approval;
use crate::domain::{FreezeId, Label, Path, SplitId, State, VersionName};

/// The most defects that are listed.
pub(super) const LISTED_DEFECTS: usize = 100;

/// The status of a source.
#[derive(Debug, Clone, Default)]
pub struct Status {
    /// When it was last read whole. None before its first import is complete.
    pub last_success: Option<Timestamp>,
    /// When it was last tried.
    pub last_attempt: Option<Timestamp>,
    /// Why the last try failed, if it did.
    pub error: Option<String>,
    /// The labels it feeds.
    pub labels: BTreeMap<Label, LabelStatus>,
    /// The first files that can't be served: those that a commit can fix come before those of tags.
    pub defects: Vec<Defect>,
    /// How many more such files there are.
    pub more_defects: usize,
    /// How many of all these files a commit can fix.
    pub to_mend: usize,
}

/// The status of a label that a source feeds.
#[derive(Debug, Clone, Default)]
pub struct LabelStatus {
    /// The commit that is imported.
    pub commit: Option<VersionName>,
    /// A commit that is not imported, and why.
    pub pending: Option<Pending>,
}

/// A commit that is not imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// The commit. None if the reference can't be read.
    pub commit: Option<VersionName>,
    /// Why.
    pub reason: PendingReason,
    /// More about why, for people.
    pub detail: String,
    /// The label's generation when this was found out.
    pub generation: u64,
}

/// Why a commit is not imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PendingReason {
    /// A rollout of the label has to end first.
    Held {
        /// The rollout's split.
        by: SplitId,
        /// The documents that the commit changes.
        paths: Arc<[Path]>,
    },
    /// A freeze has to end first.
    Frozen(FreezeId),
    /// It removes more than half of the label's documents.
    Shrank,
    /// It would replace documents that were written through the API.
    TakesOver,
    /// It makes a file invalid.
    Invalid,
    /// It could not be read or written.
    Failed,
}

/// Something that passes by itself, and that a commit waits for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    Rollout(SplitId),
    Freeze(FreezeId),
}

/// A file, or a whole label, that can't be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defect {
    /// The name of the branch or tag, which may not be usable as a label.
    pub label: String,
    /// The path. Empty where the whole label is not served.
    pub path: String,
    /// Why, as a reason of the error catalogue.
    pub reason: &'static str,
    /// Details, for people.
    pub detail: String,
}

impl Pending {
    /// Whether this is the commit that is not imported.
    pub(super) fn is_of(&self, commit: &VersionName) -> bool {
        self.commit.as_ref() == Some(commit)
    }

    /// What has to end first, if the commit waits for something that passes by itself.
    pub fn waits_for(&self) -> Option<Obstacle> {
        match &self.reason {
            PendingReason::Held { by, .. } => Some(Obstacle::Rollout(by.clone())),
            PendingReason::Frozen(by) => Some(Obstacle::Freeze(*by)),
            PendingReason::Shrank
            | PendingReason::TakesOver
            | PendingReason::Invalid
            | PendingReason::Failed => None,
        }
    }

    /// The rollout that has to end first, if the commit waits for one.
    pub fn rollout(&self) -> Option<&SplitId> {
        match &self.reason {
            PendingReason::Held { by, .. } => Some(by),
            PendingReason::Frozen(_)
            | PendingReason::Shrank
            | PendingReason::TakesOver
            | PendingReason::Invalid
            | PendingReason::Failed => None,
        }
    }

    /// The freeze that has to end first, or after the rollout that the commit waits for.
    pub fn freeze(&self, state: &State, label: &Label, now: Timestamp) -> Option<FreezeId> {
        match &self.reason {
            PendingReason::Frozen(by) => Some(*by),
            PendingReason::Held { paths, .. } => {
                let documents = paths.iter().map(|path| (path, None));
                let freeze = state.freeze_of(label, documents, now);
                freeze.map(|freeze| freeze.id)
            }
            PendingReason::Shrank
            | PendingReason::TakesOver
            | PendingReason::Invalid
            | PendingReason::Failed => None,
        }
    }
}

impl PendingReason {
    /// The reason as callers see it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Held { .. } => "ROLLOUT_CONFLICT",
            Self::Frozen(_) => "FROZEN",
            Self::Shrank => "SOURCE_SHRANK",
            Self::TakesOver => "LABEL_HAS_DOCUMENTS",
            Self::Invalid => "DOCUMENT_INVALID",
            Self::Failed => "UNAVAILABLE",
        }
    }
}

impl Status {
    /// Whether this very commit waits for an operator's approval.
    pub(super) fn waits(&self, approval: &Approval) -> bool {
        let pending = self
            .labels
            .get(&approval.label)
            .and_then(|l| l.pending.as_ref());
        pending.is_some_and(|pending| {
            let waits = match pending.reason {
                PendingReason::Shrank | PendingReason::TakesOver => true,
                PendingReason::Held { .. }
                | PendingReason::Frozen(_)
                | PendingReason::Invalid
                | PendingReason::Failed => false,
            };
            waits && pending.is_of(&approval.commit)
        })
    }

    /// What commits wait for that passes by itself.
    pub(super) fn obstacles(&self) -> impl Iterator<Item = Obstacle> {
        let pending = self.labels.values().filter_map(|l| l.pending.as_ref());
        pending.filter_map(Pending::waits_for)
    }

    /// The problem with the source, in a sentence for `/health`. None if there is none.
    pub(super) fn complaint(&self) -> Option<String> {
        if let Some(error) = &self.error {
            return Some(error.clone());
        }
        let mut pending = self.labels.iter().filter_map(|(label, status)| {
            let pending = status.pending.as_ref()?;
            // as it should be, and over when the rollout or the freeze is
            pending.waits_for().is_none().then_some((label, pending))
        });
        let Some((label, first)) = pending.next() else {
            return self.to_mend();
        };
        let reason = first.reason.as_str();
        let what = match &first.commit {
            Some(commit) => format!("commit {commit} of label {label} is not imported"),
            None => format!("label {label} can't be read"),
        };
        let more = match pending.count() {
            0 => String::new(),
            count => format!("; and {count} more labels wait"),
        };
        Some(format!("{reason}: {what}: {}{more}", first.detail))
    }

    /// A sentence about the defects that a commit can fix. Those of tags can't be fixed and are
    /// only listed.
    fn to_mend(&self) -> Option<String> {
        let first = self.defects.first().filter(|_| self.to_mend > 0)?;
        let Defect {
            label,
            path,
            reason,
            detail,
        } = first;
        let what = match path.as_str() {
            "" => format!("label {label}"),
            path => format!("{path} of label {label}"),
        };
        let count = self.to_mend;
        Some(format!(
            "{count} files or labels are not served, such as {what}: {reason}: {detail}"
        ))
    }
}
