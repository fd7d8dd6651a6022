//! Encodes and decodes splits.

use super::from_stored::{Unreadable, timestamp};
use crate::domain::{
    Before, End, EndedSplit, Label, Path, Seq, Share, Split, SplitId, SplitMove, Unit, VersionName,
};
use prost::Message;
use std::sync::Arc;
use vortex_bucket::Seed;

#[derive(Clone, PartialEq, Message)]
pub(in crate::store) struct StoredSplitMove {
    #[prost(string, tag = "1")]
    pub(super) id: String,
    #[prost(uint64, tag = "2")]
    pub(super) change: u64,
    /// In hundredths of a percent.
    #[prost(uint32, tag = "3")]
    pub(super) share: u32,
    /// 1 instance, 2 subject.
    #[prost(uint32, tag = "4")]
    pub(super) unit: u32,
    #[prost(uint64, tag = "5")]
    pub(super) generation: u64,
}

#[derive(Clone, PartialEq, Message)]
pub(in crate::store) struct StoredSplitEnd {
    #[prost(string, tag = "1")]
    pub(super) id: String,
    #[prost(uint64, tag = "2")]
    pub(super) generation: u64,
    #[prost(bool, tag = "3")]
    pub(super) released: bool,
    /// Of one that began.
    #[prost(uint64, optional, tag = "4")]
    pub(super) change: Option<u64>,
    #[prost(string, tag = "5")]
    pub(super) reason: String,
}

/// A split. Its seed is its id's, and what it holds is its change set's.
#[derive(Clone, PartialEq, Message)]
pub(in crate::store) struct StoredSplit {
    #[prost(message, required, tag = "1")]
    pub(super) at: StoredSplitMove,
    #[prost(string, tag = "2")]
    pub(super) label: String,
    #[prost(string, tag = "3")]
    pub(super) name: String,
    #[prost(int64, tag = "4")]
    pub(super) moved_at_micros: i64,
}

#[derive(Clone, PartialEq, Message)]
pub(in crate::store) struct StoredEndedSplit {
    #[prost(string, tag = "1")]
    pub(super) id: String,
    #[prost(uint64, tag = "2")]
    pub(super) generation: u64,
    #[prost(int64, tag = "3")]
    pub(super) ended_at_micros: i64,
    /// 1 never began, 2 removed, 3 detached, 4 released.
    #[prost(uint32, tag = "4")]
    pub(super) end: u32,
    #[prost(message, optional, tag = "5")]
    pub(super) split: Option<StoredSplit>,
    #[prost(message, repeated, tag = "6")]
    pub(super) before: Vec<StoredBefore>,
    #[prost(uint64, optional, tag = "7")]
    pub(super) revert: Option<u64>,
    #[prost(string, tag = "8")]
    pub(super) by: String,
    #[prost(string, tag = "9")]
    pub(super) why: String,
}

#[derive(Clone, PartialEq, Message)]
pub(in crate::store) struct StoredBefore {
    #[prost(string, tag = "1")]
    pub(super) path: String,
    #[prost(uint64, optional, tag = "2")]
    pub(super) stable: Option<u64>,
}

impl From<&SplitMove> for StoredSplitMove {
    fn from(to: &SplitMove) -> Self {
        Self {
            id: to.id.to_string(),
            change: to.change.0,
            share: u32::from(to.share.hundredths()),
            unit: match to.unit {
                Unit::Instance => 1,
                Unit::Subject => 2,
            },
            generation: to.generation,
        }
    }
}

impl TryFrom<StoredSplitMove> for SplitMove {
    type Error = Unreadable;

    fn try_from(stored: StoredSplitMove) -> Result<Self, Unreadable> {
        let share = stored.share.try_into().map_err(|_| Unreadable)?;
        Ok(Self {
            id: SplitId::trusted(&stored.id),
            change: Seq(stored.change),
            share: Share::from_hundredths(share).map_err(|_| Unreadable)?,
            unit: match stored.unit {
                1 => Unit::Instance,
                2 => Unit::Subject,
                _ => return Err(Unreadable),
            },
            generation: stored.generation,
        })
    }
}

impl From<&Split> for StoredSplit {
    fn from(split: &Split) -> Self {
        let at = SplitMove {
            id: split.id.clone(),
            change: split.change,
            share: split.share,
            unit: split.unit,
            generation: split.generation,
        };
        Self {
            at: (&at).into(),
            label: split.label.to_string(),
            name: split.name.to_string(),
            moved_at_micros: split.moved_at.as_microsecond(),
        }
    }
}

impl TryFrom<StoredSplit> for Split {
    type Error = Unreadable;

    fn try_from(stored: StoredSplit) -> Result<Self, Unreadable> {
        let at: SplitMove = stored.at.try_into()?;
        Ok(Self {
            seed: Seed::of(at.id.as_str()),
            id: at.id,
            label: Label::trusted(&stored.label),
            change: at.change,
            name: VersionName::trusted(&stored.name),
            share: at.share,
            unit: at.unit,
            generation: at.generation,
            moved_at: timestamp(stored.moved_at_micros)?,
        })
    }
}

impl From<&EndedSplit> for StoredEndedSplit {
    fn from(ended: &EndedSplit) -> Self {
        let (before, revert): (&[Before], _) = match &ended.end {
            End::Released { before, revert, .. } => (before, *revert),
            End::NeverBegan | End::Removed(_) | End::Detached(_) => (&[], None),
        };
        Self {
            id: ended.id.to_string(),
            generation: ended.generation,
            ended_at_micros: ended.ended_at.as_microsecond(),
            end: match &ended.end {
                End::NeverBegan => 1,
                End::Removed(_) => 2,
                End::Detached(_) => 3,
                End::Released { .. } => 4,
            },
            split: ended.split().map(|split| (&**split).into()),
            before: before.iter().map(Into::into).collect(),
            revert: revert.map(|seq| seq.0),
            by: ended.by.clone(),
            why: ended.why.clone(),
        }
    }
}

impl TryFrom<StoredEndedSplit> for EndedSplit {
    type Error = Unreadable;

    fn try_from(stored: StoredEndedSplit) -> Result<Self, Unreadable> {
        let split = stored.split.map(Split::try_from).transpose()?.map(Arc::new);
        let end = match (stored.end, split) {
            (1, None) => End::NeverBegan,
            (2, Some(split)) => End::Removed(split),
            (3, Some(split)) => End::Detached(split),
            (4, Some(split)) => End::Released {
                split,
                before: stored.before.into_iter().map(Into::into).collect(),
                revert: stored.revert.map(Seq),
            },
            _ => return Err(Unreadable),
        };
        Ok(Self {
            id: SplitId::trusted(&stored.id),
            generation: stored.generation,
            ended_at: timestamp(stored.ended_at_micros)?,
            by: stored.by,
            why: stored.why,
            end,
        })
    }
}

impl From<&Before> for StoredBefore {
    fn from(before: &Before) -> Self {
        Self {
            path: before.path.to_string(),
            stable: before.stable.map(|seq| seq.0),
        }
    }
}

impl From<StoredBefore> for Before {
    fn from(stored: StoredBefore) -> Self {
        Self {
            path: Path::trusted(&stored.path),
            stable: stored.stable.map(Seq),
        }
    }
}
