//! Translates splits, both ways.

use std::sync::Arc;

use vortex_bucket::{Forced, Seed};

use super::{
    Unreadable,
    from_stored::{known, required, timestamp},
};
use crate::{
    domain::{
        Before, End, EndedSplit, Label, Path, Seq, Share, Split, SplitId, SplitMove, Unit,
        VersionName,
    },
    store::stored,
};

impl From<&SplitMove> for stored::SplitMove {
    fn from(to: &SplitMove) -> Self {
        Self {
            id: to.id.to_string(),
            change: to.change.0,
            share_hundredths: u32::from(to.share.hundredths()),
            unit: stored::Unit::from(to.unit).into(),
            generation: to.generation,
            include: to.forced.include().map(str::to_owned).collect(),
            exclude: to.forced.exclude().map(str::to_owned).collect(),
        }
    }
}

impl TryFrom<stored::SplitMove> for SplitMove {
    type Error = Unreadable;

    fn try_from(stored: stored::SplitMove) -> Result<Self, Unreadable> {
        let share = stored.share_hundredths.try_into();
        let share = share.map_err(|_| Unreadable::Damaged)?;
        Ok(Self {
            id: SplitId::trusted(&stored.id),
            change: Seq(stored.change),
            share: Share::from_hundredths(share).map_err(|_| Unreadable::Damaged)?,
            unit: known::<stored::Unit>(stored.unit)?.try_into()?,
            generation: stored.generation,
            forced: Forced::new(stored.include, stored.exclude).map_err(|_| Unreadable::Damaged)?,
        })
    }
}

impl From<Unit> for stored::Unit {
    fn from(unit: Unit) -> Self {
        match unit {
            Unit::Instance => Self::Instance,
            Unit::Subject => Self::Subject,
        }
    }
}

impl TryFrom<stored::Unit> for Unit {
    type Error = Unreadable;

    fn try_from(stored: stored::Unit) -> Result<Self, Unreadable> {
        match stored {
            stored::Unit::Unspecified => Err(Unreadable::Damaged),
            stored::Unit::Instance => Ok(Self::Instance),
            stored::Unit::Subject => Ok(Self::Subject),
        }
    }
}

impl From<&Split> for stored::Split {
    fn from(split: &Split) -> Self {
        let at = SplitMove {
            id: split.id.clone(),
            change: split.change,
            share: split.share,
            unit: split.unit,
            generation: split.generation,
            forced: split.forced.clone(),
        };
        Self {
            at: Some((&at).into()),
            label: split.label.to_string(),
            name: split.name.to_string(),
            moved_at_micros: split.moved_at.as_microsecond(),
        }
    }
}

impl TryFrom<stored::Split> for Split {
    type Error = Unreadable;

    fn try_from(stored: stored::Split) -> Result<Self, Unreadable> {
        let at: SplitMove = required(stored.at)?.try_into()?;
        Ok(Self {
            seed: Seed::of(at.id.as_str()),
            id: at.id,
            label: Label::trusted(&stored.label),
            change: at.change,
            name: VersionName::trusted(&stored.name),
            share: at.share,
            unit: at.unit,
            forced: at.forced,
            generation: at.generation,
            moved_at: timestamp(stored.moved_at_micros)?,
        })
    }
}

impl From<&EndedSplit> for stored::EndedSplit {
    fn from(ended: &EndedSplit) -> Self {
        let (before, revert): (&[Before], _) = match &ended.end {
            End::Released { before, revert, .. } => (before, *revert),
            End::NeverBegan | End::Removed(_) | End::Detached(_) => (&[], None),
        };
        Self {
            id: ended.id.to_string(),
            generation: ended.generation,
            ended_at_micros: ended.ended_at.as_microsecond(),
            end: stored::End::from(&ended.end).into(),
            split: ended.split().map(|split| (&**split).into()),
            before: before.iter().map(Into::into).collect(),
            revert: revert.map(|seq| seq.0),
            by: ended.by.clone(),
            why: ended.why.clone(),
        }
    }
}

impl TryFrom<stored::EndedSplit> for EndedSplit {
    type Error = Unreadable;

    fn try_from(stored: stored::EndedSplit) -> Result<Self, Unreadable> {
        let split = stored.split.map(Split::try_from).transpose()?.map(Arc::new);
        let end = match (known(stored.end)?, split) {
            (stored::End::NeverBegan, None) => End::NeverBegan,
            (stored::End::Removed, Some(split)) => End::Removed(split),
            (stored::End::Detached, Some(split)) => End::Detached(split),
            (stored::End::Released, Some(split)) => End::Released {
                split,
                before: stored.before.into_iter().map(Into::into).collect(),
                revert: stored.revert.map(Seq),
            },
            _ => return Err(Unreadable::Damaged),
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

impl From<&End> for stored::End {
    fn from(end: &End) -> Self {
        match end {
            End::NeverBegan => Self::NeverBegan,
            End::Removed(_) => Self::Removed,
            End::Detached(_) => Self::Detached,
            End::Released { .. } => Self::Released,
        }
    }
}

impl From<&Before> for stored::Before {
    fn from(before: &Before) -> Self {
        Self {
            path: before.path.to_string(),
            stable: before.stable.map(|seq| seq.0),
        }
    }
}

impl From<stored::Before> for Before {
    fn from(stored: stored::Before) -> Self {
        Self {
            path: Path::trusted(&stored.path),
            stable: stored.stable.map(Seq),
        }
    }
}
