//! Splits: change sets that a share of all readers gets.

mod arms;
pub(super) mod ended;
mod pins;

pub use arms::Subject;
pub(crate) use arms::{Arms, Assigned};
pub(crate) use ended::{Before, End, EndedSplit, EndedSplits, Ending};
pub(super) use pins::Pins;

use jiff::Timestamp;
use vortex_bucket::{Arm, Bucket, Forced, Seed, Share};

use super::{ChangeSet, Label, Seq, SplitId, State, VersionName};

/// The unit by which a split tells readers apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// The instance that reads.
    Instance,
    /// The subject it reads for: a user, session or request.
    Subject,
}

/// A split: a share of all readers gets the documents of a change set, and all others get what is
/// stable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    pub id: SplitId,
    /// The label of its change set.
    pub label: Label,
    /// The position at which its change set was written.
    pub change: Seq,
    /// The change set's name.
    pub name: VersionName,
    /// The seed of its buckets.
    pub seed: Seed,
    /// The share of readers that gets it. Never falls.
    pub share: Share,
    /// The unit by which it tells readers apart.
    pub unit: Unit,
    /// The keys of its unit that have their arm at every share. Forgotten when it ends.
    pub forced: Forced,
    /// The number of its last move.
    pub generation: u64,
    /// When it was last moved.
    pub moved_at: Timestamp,
}

/// A move of a split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitMove {
    pub id: SplitId,
    /// The position at which its change set was written. Never changes.
    pub change: Seq,
    /// The share of readers that gets it.
    pub share: Share,
    /// The unit by which it tells readers apart. Never changes.
    pub unit: Unit,
    /// The number of this move, from 1.
    pub generation: u64,
    /// The keys of its unit that have their arm at every share. They never change, so in the log
    /// only the first move has them.
    pub forced: Forced,
}

impl SplitMove {
    /// The change set that a share of readers begins to get, if this is the split's first move.
    pub fn begins<'a>(&self, state: &'a State) -> Option<&'a ChangeSet> {
        let is_known =
            state.splits.contains_key(&self.id) || state.ended.get(self.id.as_str()).is_some();
        let entry = state.changes.get(&self.change).filter(|_| !is_known)?;
        Some(&entry.change)
    }
}

/// A split's hold on a document: a share of readers gets another version than the stable one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub by: SplitId,
    /// The version for its canary, which may be a deletion.
    pub version: Seq,
}

impl Split {
    /// The arm of a reader. A key that is forced has its arm at every share. A reader without the
    /// split's unit is on stable until the share is 100 %.
    #[inline]
    pub fn arm(&self, subject: &Subject<'_>) -> Arm {
        match subject.key_of(self.unit) {
            Some(key) => self.arm_of(key),
            None if self.share == Share::FULL => Arm::Canary,
            None => Arm::Stable,
        }
    }

    /// The arm of a key of the split's unit.
    #[inline]
    pub fn arm_of(&self, key: &str) -> Arm {
        match self.forced.arm(key) {
            Some(arm) => arm,
            None => vortex_bucket::arm(self.seed, self.share, key),
        }
    }

    /// Whether a reader is on stable because it did not send the key or instance that the split needs.
    #[inline]
    pub fn is_keyless(&self, subject: &Subject<'_>) -> bool {
        self.share != Share::FULL && subject.key_of(self.unit).is_none()
    }

    /// Whether a reader has its arm because its key is forced.
    #[inline]
    pub fn is_forced(&self, subject: &Subject<'_>) -> bool {
        let key = subject.key_of(self.unit);
        key.is_some_and(|key| self.forced.arm(key).is_some())
    }

    /// The bucket of a reader, if the reader has the split's unit.
    pub fn bucket(&self, subject: &Subject<'_>) -> Option<Bucket> {
        let key = subject.key_of(self.unit)?;
        Some(self.seed.bucket(key))
    }
}
