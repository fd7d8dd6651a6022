//! The log: everything that happened, in one sequence.

use super::{
    ChangeSet, Label, Outcome, RequestKey, Seq, SourceName, SplitId, SplitMove, VersionName,
};
use jiff::Timestamp;
use std::{collections::BTreeSet, sync::Arc};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its position, from 1, without gaps.
    pub seq: Seq,
    /// When.
    pub time: HybridTime,
    /// Where it was written, and in which epoch.
    pub origin: Origin,
    /// Who caused it.
    pub principal: String,
    /// The request that asked for it, if it can be repeated.
    pub request: Option<RequestKey>,
    /// What happened.
    pub body: Body,
    /// What the change set is called that [`Body::earlier_change`] is about: a record
    /// outlives the change set. None in records of earlier versions.
    pub about: Option<ChangeName>,
}

/// A change set's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeName {
    pub label: Label,
    pub name: VersionName,
}

/// Where a record was written. Constant while a cluster stands alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The epoch of its namespace.
    pub epoch: u64,
    pub cluster: Arc<str>,
    /// Its position in that cluster's own sequence.
    pub sequence: u64,
}

/// A hybrid logical time: orders like a clock and never goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct HybridTime {
    /// The wall clock's part.
    pub wall: Timestamp,
    /// Counts what falls into one tick, or behind a clock that went back.
    pub logical: u32,
}

impl HybridTime {
    /// Before everything.
    pub const ZERO: Self = Self {
        wall: Timestamp::UNIX_EPOCH,
        logical: 0,
    };

    /// The first time after `self` that is not before `now`, which counts to the
    /// microsecond: finer times would not survive being written down.
    pub fn next(self, now: Timestamp) -> Self {
        let now = Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now);
        if now > self.wall {
            Self {
                wall: now,
                logical: 0,
            }
        } else {
            Self {
                wall: self.wall,
                logical: self.logical.saturating_add(1),
            }
        }
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// A change set was written.
    Change {
        change: Arc<ChangeSet>,
        /// Whether it was released in the same step.
        released: bool,
        /// The source it was imported from, if it was.
        source: Option<SourceName>,
        /// The split that it takes back, if it does.
        reverts: Option<SplitId>,
        /// Whether it waits for a rollout to take it up.
        awaits_rollout: bool,
    },
    /// A change set was made stable.
    Release {
        /// The position at which it was written.
        change: Seq,
        /// The splits that it ended by taking documents from them.
        detached: Vec<SplitId>,
        /// Why, as the caller said.
        reason: String,
    },
    /// A staged change set was given up.
    Discard {
        /// The position at which it was written.
        change: Seq,
    },
    /// A change set that was given up was staged again.
    Restage {
        /// The position at which it was written.
        change: Seq,
    },
    /// A request was answered that changed nothing, and may be repeated.
    Unchanged {
        /// The position at which the change set it is about was written.
        change: Seq,
    },
    /// A split began or moved.
    SplitMoved(SplitMove),
    SplitEnded {
        /// Which.
        id: SplitId,
        /// The position at which its change set was written. None when it never
        /// began, and nobody said what with.
        change: Option<Seq>,
        /// The last move of it.
        generation: u64,
        /// Whether its change set became stable.
        released: bool,
        /// Why, as the caller said.
        reason: String,
    },
    /// A source no longer has a label.
    LabelRemoved { label: Label },
    /// A label keeps what it has and takes other writes, as its source is no longer
    /// configured.
    LabelDetached { label: Label },
    /// A source's first import is whole, or other labels of it can't be read than
    /// could not before.
    SourceImported {
        source: SourceName,
        /// The labels it has that could never be imported.
        unread: Arc<BTreeSet<Label>>,
    },
}

impl Body {
    /// Where the change set was written that this is about, if that was before.
    pub fn earlier_change(&self) -> Option<Seq> {
        match self {
            Self::SplitEnded { change, .. } => *change,
            Self::SplitMoved(SplitMove { change, .. })
            | Self::Release { change, .. }
            | Self::Discard { change }
            | Self::Restage { change }
            | Self::Unchanged { change } => Some(*change),
            Self::Change { .. }
            | Self::LabelRemoved { .. }
            | Self::LabelDetached { .. }
            | Self::SourceImported { .. } => None,
        }
    }

    /// What the change set is called that this is about, as it was decided.
    pub fn about(&self, decided: &Outcome) -> Option<ChangeName> {
        self.earlier_change().map(|_| ChangeName {
            label: decided.label.clone(),
            name: decided.name.clone(),
        })
    }
}
