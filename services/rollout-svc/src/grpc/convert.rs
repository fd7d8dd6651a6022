//! Converts domain types to replies.

mod analysis;
mod audit;
mod breaker;
mod rollout;
#[cfg(test)]
mod tests;

pub(super) use analysis::{analysis, keys};
pub(super) use audit::audit_entry;
pub(super) use breaker::breaker;
pub(super) use rollout::rollout;

use crate::domain::StateKind;
use jiff::Timestamp;
use std::time::Duration;
use vortex_bucket::Share;
use vortex_proto::rollout::v1 as pb;

pub(super) fn timestamp(at: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: at.as_second(),
        nanos: at.subsec_nanosecond(),
    }
}

/// All of ours are far from where this would end.
fn duration(given: Duration) -> prost_types::Duration {
    prost_types::Duration {
        seconds: i64::try_from(given.as_secs()).unwrap_or(i64::MAX),
        nanos: given.subsec_nanos().cast_signed(),
    }
}

fn percentage(share: Share) -> f64 {
    f64::from(share.hundredths()) / 100.0
}

fn state(kind: StateKind) -> pb::RolloutState {
    match kind {
        StateKind::Created => pb::RolloutState::Created,
        StateKind::Running => pb::RolloutState::Running,
        StateKind::Paused => pb::RolloutState::Paused,
        StateKind::Completed => pb::RolloutState::Completed,
        StateKind::RolledBack => pb::RolloutState::RolledBack,
    }
}
