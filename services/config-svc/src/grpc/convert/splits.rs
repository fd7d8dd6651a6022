//! Converts splits to replies.

use vortex_proto::config::v1 as pb;

use super::{paths, timestamp};
use crate::{
    domain::{
        Arm, Assigned, Baseline, End, EndedSplit, Ending, Record, Split, SplitId, SplitMove, State,
        Subject, Unit,
    },
    views::{Reading, SeenCells},
};

/// The splits that decided a reading, and the arm each gave the reader.
pub(in crate::grpc) fn assigned(reading: &Reading, subject: &Subject<'_>) -> Vec<pb::Assignment> {
    let assigned = reading.assigned();
    assigned
        .map(|(split, arm)| assignment(split, arm, split.is_forced(subject)))
        .collect()
}

/// A split and the arm it gave, perhaps because the reader's key is forced.
pub(in crate::grpc) fn assignment(split: &Split, arm: Arm, forced: bool) -> pb::Assignment {
    pb::Assignment {
        split: split.id.to_string(),
        change: split.name.to_string(),
        generation: split.generation,
        arm: self::arm(arm).into(),
        unit: unit(split.unit).into(),
        forced,
    }
}

pub(in crate::grpc) fn arm(arm: Arm) -> pb::Arm {
    match arm {
        Arm::Stable => pb::Arm::Stable,
        Arm::Canary => pb::Arm::Canary,
    }
}

impl From<&Assigned> for pb::Assignment {
    fn from(assigned: &Assigned) -> Self {
        assignment(&assigned.split, assigned.arm, assigned.forced)
    }
}

/// A split that is active.
pub(in crate::grpc) fn split(state: &State, split: &Split) -> pb::Split {
    pb::Split {
        id: split.id.to_string(),
        label: split.label.to_string(),
        change: split.name.to_string(),
        change_sequence: split.change.0,
        percentage: split.share.percentage(),
        unit: unit(split.unit).into(),
        generation: split.generation,
        state: pb::SplitState::Active.into(),
        paths: paths(state, split.change, usize::MAX),
        moved_at: Some(timestamp(split.moved_at)),
        // known to who asks for one alone
        reads: 0,
        reads_without_key: 0,
        ended_by: String::new(),
        end_reason: String::new(),
        revert: String::new(),
        keys: None,
        include: Vec::new(),
        exclude: Vec::new(),
    }
}

/// The keys that a split has seen.
pub(in crate::grpc) fn split_keys(seen: SeenCells) -> pb::SplitKeys {
    pb::SplitKeys {
        canary_cells: seen.canary_all,
        canary_seen: seen.canary,
        stable_cells: seen.stable_all,
        stable_seen: seen.stable,
    }
}

/// A split that ended. Its paths are known while its change set is, or when it was
/// released.
pub(in crate::grpc) fn ended_split(state: &State, ended: &EndedSplit) -> pb::Split {
    let known = ended.split().map(|known| split(state, known));
    let paths = match &ended.end {
        End::Released { before, .. } => before.iter().map(|b| b.path.to_string()).collect(),
        End::NeverBegan | End::Removed(_) | End::Detached(_) => known
            .as_ref()
            .map_or(Vec::new(), |known| known.paths.clone()),
    };
    pb::Split {
        id: ended.id.to_string(),
        generation: ended.generation,
        state: match ended.ending() {
            Ending::Released => pb::SplitState::Released,
            Ending::Removed => pb::SplitState::Removed,
            Ending::Detached => pb::SplitState::Detached,
        }
        .into(),
        paths,
        moved_at: Some(timestamp(ended.ended_at)),
        ended_by: ended.by.clone(),
        end_reason: ended.why.clone(),
        revert: revert_of(state, ended),
        ..known.unwrap_or_default()
    }
}

/// The change set that takes a split back, while it is kept.
fn revert_of(state: &State, ended: &EndedSplit) -> String {
    let staged = match &ended.end {
        End::Released { revert, .. } => revert.and_then(|seq| state.changes.get(&seq)),
        End::NeverBegan | End::Removed(_) | End::Detached(_) => None,
    };
    staged.map_or(String::new(), |entry| entry.change.name.to_string())
}

/// The fields of a split that records of a move and of an end share.
pub(super) fn of_record(state: &State, record: &Record, label: String, name: String) -> pb::Split {
    let change = record.body.earlier_change();
    pb::Split {
        label,
        change: name,
        change_sequence: change.map_or(0, |change| change.0),
        paths: change.map_or(Vec::new(), |change| paths(state, change, usize::MAX)),
        moved_at: Some(timestamp(record.time.wall)),
        ..Default::default()
    }
}

/// A record of a move.
pub(super) fn moved(to: &SplitMove, of: pb::Split) -> pb::record::Body {
    pb::record::Body::SplitMoved(pb::Split {
        id: to.id.to_string(),
        percentage: to.share.percentage(),
        unit: unit(to.unit).into(),
        generation: to.generation,
        state: pb::SplitState::Active.into(),
        ..of
    })
}

/// A record of an end.
pub(super) fn ended(id: &SplitId, generation: u64, released: bool, of: pb::Split) -> pb::Split {
    let state = if released {
        pb::SplitState::Released
    } else {
        pb::SplitState::Removed
    };
    pb::Split {
        id: id.to_string(),
        generation,
        state: state.into(),
        ..of
    }
}

/// The baseline that a split is planned on.
pub(in crate::grpc) fn baseline(baseline: &Baseline) -> pb::SplitBaseline {
    let sequences = baseline.0.iter().map(|seq| seq.map_or(0, |seq| seq.0));
    pb::SplitBaseline {
        sequences: sequences.collect(),
    }
}

pub(in crate::grpc) fn unit(unit: Unit) -> pb::SplitUnit {
    match unit {
        Unit::Instance => pb::SplitUnit::Instance,
        Unit::Subject => pb::SplitUnit::Subject,
    }
}
