//! Splits as JSON.

use serde::Serialize;
use utoipa::ToSchema;
use vortex_proto::config::v1 as proto;

use crate::{answer::time::rfc3339, api::assignment::Unit};

/// A staged change set that part of all readers get.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Split {
    /// Its id: that of the rollout that moves it.
    id: String,
    label: String,
    /// Its change set's name.
    change: String,
    /// The log's position at which the change set was written.
    change_sequence: u64,
    /// The part of all readers that get it, in hundredths of a percent, 0 to 10,000.
    share: u32,
    unit: Unit,
    /// Which move of it this is, from 1.
    generation: u64,
    state: State,
    /// The paths it holds.
    paths: Vec<String>,
    /// When it last moved.
    moved_at: Option<String>,
    /// Who ended it; empty while it is active.
    ended_by: String,
    /// Why it ended; empty while it is active.
    end_reason: String,
}

impl From<proto::Split> for Split {
    fn from(split: proto::Split) -> Self {
        Self {
            unit: split.unit().into(),
            state: split.state().into(),
            id: split.id,
            label: split.label,
            change: split.change,
            change_sequence: split.change_sequence,
            share: split.share,
            generation: split.generation,
            paths: split.paths,
            moved_at: rfc3339(split.moved_at),
            ended_by: split.ended_by,
            end_reason: split.end_reason,
        }
    }
}

/// How a split stands.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SplitState)]
enum State {
    /// Part of all readers get its change set.
    Active,
    /// Its change set became stable.
    Released,
    /// Everybody got stable again.
    Removed,
    /// A forced release ended it.
    Detached,
    /// A state newer than this gateway.
    Unknown,
}

impl From<proto::SplitState> for State {
    fn from(state: proto::SplitState) -> Self {
        match state {
            proto::SplitState::Unspecified => Self::Unknown,
            proto::SplitState::Active => Self::Active,
            proto::SplitState::Released => Self::Released,
            proto::SplitState::Removed => Self::Removed,
            proto::SplitState::Detached => Self::Detached,
        }
    }
}
