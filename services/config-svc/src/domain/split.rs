//! Splits: change sets that part of all readers get.

mod arms;
pub(super) mod ended;
mod pins;

pub use arms::Subject;
pub(crate) use arms::{Arms, Assigned};
pub(crate) use ended::{Before, End, EndedSplit, EndedSplits, Ending};
pub(super) use pins::Pins;

use super::{ChangeSet, Label, Seq, SplitId, State, VersionName};
use jiff::Timestamp;
use vortex_bucket::{Arm, Bucket, Seed, Share};

/// Whether a split tells instances or subjects apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// The instance that reads.
    Instance,
    /// The subject it reads for: a user, session or request.
    Subject,
}

/// A change set of which part of all readers get its documents, and all others what
/// is stable.
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
    /// The part of all readers that get it. Never falls.
    pub share: Share,
    /// Whether it tells instances or subjects apart.
    pub unit: Unit,
    /// Which move of it this is.
    pub generation: u64,
    /// When that was.
    pub moved_at: Timestamp,
}

/// Where a split is moved to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitMove {
    pub id: SplitId,
    /// The position at which its change set was written. Never changes.
    pub change: Seq,
    /// The part of all readers that get it.
    pub share: Share,
    /// Whether it tells instances or subjects apart. Never changes.
    pub unit: Unit,
    /// Which move of it this is, from 1.
    pub generation: u64,
}

impl SplitMove {
    /// The change set that readers would begin to get by this move, if it is the first.
    pub fn begins<'a>(&self, state: &'a State) -> Option<&'a ChangeSet> {
        let is_known =
            state.splits.contains_key(&self.id) || state.ended.get(self.id.as_str()).is_some();
        let entry = state.changes.get(&self.change).filter(|_| !is_known)?;
        Some(&entry.change)
    }
}

/// That a split holds a document: part of all readers get another version of it than
/// the stable one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub by: SplitId,
    /// The version its canary gets, deletions included.
    pub version: Seq,
}

impl Split {
    /// The arm of a reader. One that did not say what the split tells apart is on stable,
    /// until the share is everyone.
    #[inline]
    pub fn arm(&self, subject: &Subject<'_>) -> Arm {
        match subject.key_of(self.unit) {
            Some(key) => vortex_bucket::arm(self.seed, self.share, key),
            None if self.share == Share::FULL => Arm::Canary,
            None => Arm::Stable,
        }
    }

    /// Whether a reader is on stable because it did not send the key or instance that the split needs.
    #[inline]
    pub fn is_keyless(&self, subject: &Subject<'_>) -> bool {
        self.share != Share::FULL && subject.key_of(self.unit).is_none()
    }

    /// The bucket of a reader, if it said what the split tells apart.
    pub fn bucket(&self, subject: &Subject<'_>) -> Option<Bucket> {
        let key = subject.key_of(self.unit)?;
        Some(self.seed.bucket(key))
    }
}
