//! The log: everything that happened, in one sequence.

mod moves;

pub use moves::Moved;
pub use moves::Moves;

use std::{collections::BTreeSet, sync::Arc};

use jiff::Timestamp;
use vortex_access::{KeyId, Name};

use super::{
    ChangeSet, ClusterId, Freeze, FreezeEnd, Key, KeyRotation, Label, Outcome, Override,
    OverrideEnd, Ownership, RequestKey, Seq, SourceName, SplitId, SplitMove, StoreId, VersionName,
};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its position, from 1, without gaps.
    pub seq: Seq,
    /// When it happened.
    pub time: HybridTime,
    /// Where it was written, and in which epoch.
    pub origin: Origin,
    /// Who caused it.
    pub principal: String,
    /// The request that asked for it, if it can be repeated.
    pub request: Option<RequestKey>,
    /// What happened.
    pub body: Body,
    /// The name of the change set at [`Body::earlier_change`], since a record outlives its change
    /// set. None in records of earlier versions.
    pub about: Option<ChangeName>,
    /// What it changed of what is stable. Empty in records of earlier versions.
    pub moves: Moves,
}

/// A change set's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeName {
    pub label: Label,
    pub name: VersionName,
}

/// Where a record was written. With its sequence it is the record's name in all clusters, its
/// [`Dot`](super::Dot).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The epoch of its namespace.
    pub epoch: u64,
    pub cluster: ClusterId,
    /// The store that it was written in. Nil where it was not written down: it is that of the log.
    pub store: StoreId,
    /// Which of the records it is that were written there, from 1 and without gaps.
    pub sequence: u64,
}

/// A hybrid logical time: orders like a clock and never goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct HybridTime {
    /// The wall clock's part.
    pub wall: Timestamp,
    /// Counts records within a microsecond, and while the clock is behind.
    pub logical: u32,
}

impl HybridTime {
    /// The time before the first record.
    pub const ZERO: Self = Self {
        wall: Timestamp::UNIX_EPOCH,
        logical: 0,
    };

    /// The first time after `self` that is not before `now`. `now` is cut to microseconds, as times
    /// are stored.
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
        /// The source it was imported from, if it was imported.
        source: Option<SourceName>,
        /// The split that it reverts, if it does.
        reverts: Option<SplitId>,
        /// The change set that it takes back, by its position, if it does.
        undoes: Option<Seq>,
        /// Whether it waits for a rollout.
        awaits_rollout: bool,
    },
    /// A change set was made stable.
    Release {
        /// The position at which it was written.
        change: Seq,
        /// The splits that it ended by taking documents from them.
        detached: Vec<SplitId>,
        /// Why it was forced, as the caller said.
        reason: String,
        /// Who released it, as the caller said.
        author: String,
        /// What for, for people.
        message: String,
    },
    /// A staged change set was discarded.
    Discard {
        /// The position at which it was written.
        change: Seq,
    },
    /// A discarded change set was staged again.
    Restage {
        /// The position at which it was written.
        change: Seq,
    },
    /// A request with an id changed nothing; its answer is remembered.
    Unchanged {
        /// The position at which the change set it is about was written.
        change: Seq,
    },
    /// A split began or moved.
    SplitMoved(SplitMove),
    SplitEnded {
        /// The split.
        id: SplitId,
        /// The position at which its change set was written. None if the split never began and the
        /// caller did not name one.
        change: Option<Seq>,
        /// The generation of its last move.
        generation: u64,
        /// Whether its change set became stable.
        released: bool,
        /// Why, as the caller said.
        reason: String,
    },
    /// A source no longer has a label.
    LabelRemoved { label: Label },
    /// A label was detached from its source: it keeps its documents and takes other writes.
    LabelDetached { label: Label },
    /// A source's first import is complete, or the set of its unreadable labels has changed.
    SourceImported {
        source: SourceName,
        /// Its labels that could never be imported.
        unread: Arc<BTreeSet<Label>>,
    },
    /// A freeze was set.
    FreezeSet(Arc<Freeze>),
    /// Freezes ended.
    FreezeEnded(FreezeEnd),
    /// An override was set, in place of that of the same target.
    OverrideSet(Arc<Override>),
    /// Overrides ended.
    OverrideEnded(OverrideEnd),
    /// An API key was created.
    KeyCreated(Arc<Key>),
    /// An API key was replaced by a new one.
    KeyRotated(KeyRotation),
    /// An API key of this name was taken back.
    KeyRevoked(KeyId, Name),
    /// A cluster owns documents since.
    OwnershipSet(Arc<Ownership>),
    /// What was written before this was let go of, but for what is still needed.
    Retained { before: Timestamp },
}

impl Body {
    /// The position of the earlier change set that this is about, if it is about one.
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
            | Self::SourceImported { .. }
            | Self::FreezeSet(_)
            | Self::FreezeEnded(_)
            | Self::OverrideSet(_)
            | Self::OverrideEnded(_)
            | Self::KeyCreated(_)
            | Self::KeyRotated(_)
            | Self::KeyRevoked(..)
            | Self::Retained { .. }
            | Self::OwnershipSet(_) => None,
        }
    }

    /// The name of the earlier change set that this is about, from the outcome.
    pub fn about(&self, decided: &Outcome) -> Option<ChangeName> {
        self.earlier_change().map(|_| ChangeName {
            label: decided.label.clone(),
            name: decided.name.clone(),
        })
    }
}
