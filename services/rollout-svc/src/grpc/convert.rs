//! Converts domain types to replies.

mod analysis;
mod audit;
mod breaker;
mod gates;
mod rollout;
#[cfg(test)]
mod tests;

pub(super) use analysis::{analysis, keys};
pub(super) use audit::audit_entry;
pub(super) use breaker::breaker;
pub(super) use gates::{queries, webhooks};
pub(super) use rollout::rollout;
pub(super) use vortex_proto::time::timestamp;

use vortex_proto::{rollout::v1 as pb, time::duration};

use crate::domain::StateKind;

fn state(kind: StateKind) -> pb::RolloutState {
    match kind {
        StateKind::Created => pb::RolloutState::Created,
        StateKind::Running => pb::RolloutState::Running,
        StateKind::Paused => pb::RolloutState::Paused,
        StateKind::Completed => pb::RolloutState::Completed,
        StateKind::RolledBack => pb::RolloutState::RolledBack,
    }
}
