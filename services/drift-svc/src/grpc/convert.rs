//! Converts domain types to replies.

mod alert;
mod fleet;
mod instance;

pub(super) use alert::{alert, silence};
pub(super) use fleet::{drift, fleet};
pub(super) use instance::instance;

use vortex_bucket::Arm;
use vortex_proto::{config::v1 as config, drift::v1 as pb};

use crate::domain::{Split, State};

fn state(state: State) -> pb::DriftState {
    match state {
        State::Stale => pb::DriftState::Stale,
        State::Failed => pb::DriftState::Failed,
        State::UnknownVersion => pb::DriftState::UnknownVersion,
        State::Ahead => pb::DriftState::Ahead,
        State::InSync => pb::DriftState::InSync,
        State::Canary => pb::DriftState::Canary,
        State::Pending => pb::DriftState::Pending,
        State::Drifted => pb::DriftState::Drifted,
    }
}

/// An arm.
pub(super) fn arm(arm: Arm) -> config::Arm {
    match arm {
        Arm::Stable => config::Arm::Stable,
        Arm::Canary => config::Arm::Canary,
    }
}

fn assignment(split: &Split, of: Arm, forced: bool) -> config::Assignment {
    let unit = match split.by_subject {
        true => config::SplitUnit::Subject,
        false => config::SplitUnit::Instance,
    };
    config::Assignment {
        split: split.id.to_string(),
        change: split.change.to_string(),
        generation: split.generation,
        arm: arm(of).into(),
        unit: unit.into(),
        forced,
    }
}
