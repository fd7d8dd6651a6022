//! Names of states, verdicts and other enums in JSON.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vortex_proto::rollout::v1 as proto;

/// Where a rollout stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RolloutState)]
pub(in crate::api::rollouts) enum State {
    /// No reader gets it yet.
    Created,
    /// A stage's share of all readers gets it.
    Running,
    /// As running, and it goes no further by itself.
    Paused,
    /// It became stable.
    Completed,
    /// Everybody got stable again.
    RolledBack,
    /// Another cluster took its namespace over. Never sent while there is one cluster.
    Superseded,
    /// A state newer than this gateway.
    #[serde(skip_deserializing)]
    Unknown,
}

impl From<proto::RolloutState> for State {
    fn from(state: proto::RolloutState) -> Self {
        match state {
            proto::RolloutState::Unspecified => Self::Unknown,
            proto::RolloutState::Created => Self::Created,
            proto::RolloutState::Running => Self::Running,
            proto::RolloutState::Paused => Self::Paused,
            proto::RolloutState::Completed => Self::Completed,
            proto::RolloutState::RolledBack => Self::RolledBack,
            proto::RolloutState::Superseded => Self::Superseded,
        }
    }
}

impl From<State> for proto::RolloutState {
    fn from(state: State) -> Self {
        match state {
            State::Unknown => Self::Unspecified,
            State::Created => Self::Created,
            State::Running => Self::Running,
            State::Paused => Self::Paused,
            State::Completed => Self::Completed,
            State::RolledBack => Self::RolledBack,
            State::Superseded => Self::Superseded,
        }
    }
}

/// Where a rollout's stages come from.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RolloutStrategy)]
pub(in crate::api::rollouts) enum Strategy {
    /// 1, 5, 25, 50, 100 percent.
    Conservative,
    /// 10, 50, 100 percent.
    Aggressive,
    /// 100 percent at once.
    Immediate,
    /// The stages given.
    Custom,
    /// A strategy newer than this gateway.
    #[serde(skip_deserializing)]
    Unknown,
}

impl From<proto::Strategy> for Strategy {
    fn from(strategy: proto::Strategy) -> Self {
        match strategy {
            proto::Strategy::Unspecified => Self::Unknown,
            proto::Strategy::Conservative => Self::Conservative,
            proto::Strategy::Aggressive => Self::Aggressive,
            proto::Strategy::Immediate => Self::Immediate,
            proto::Strategy::Custom => Self::Custom,
        }
    }
}

impl From<Strategy> for proto::Strategy {
    fn from(strategy: Strategy) -> Self {
        match strategy {
            Strategy::Unknown => Self::Unspecified,
            Strategy::Conservative => Self::Conservative,
            Strategy::Aggressive => Self::Aggressive,
            Strategy::Immediate => Self::Immediate,
            Strategy::Custom => Self::Custom,
        }
    }
}

/// How far a rollout's last effect on readers came.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RolloutEffect)]
pub(in crate::api::rollouts) enum Effect {
    /// It has had none yet.
    None,
    /// It is on its way, and repeated until it is confirmed.
    Pending,
    /// It is in force.
    Confirmed,
    /// config-svc refused it for good.
    Refused,
}

impl From<proto::EffectState> for Effect {
    fn from(effect: proto::EffectState) -> Self {
        match effect {
            proto::EffectState::Unspecified => Self::None,
            proto::EffectState::Pending => Self::Pending,
            proto::EffectState::Confirmed => Self::Confirmed,
            proto::EffectState::Refused => Self::Refused,
        }
    }
}

/// What a gate said.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::api::rollouts) enum Verdict {
    /// The canary keeps to it.
    Pass,
    /// The canary does not keep to it.
    Fail,
    /// It can't be told.
    Inconclusive,
    /// Nothing was measured.
    NoData,
    /// A verdict newer than this gateway.
    Unknown,
}

impl From<proto::Verdict> for Verdict {
    fn from(verdict: proto::Verdict) -> Self {
        match verdict {
            proto::Verdict::Unspecified => Self::Unknown,
            proto::Verdict::Pass => Self::Pass,
            proto::Verdict::Fail => Self::Fail,
            proto::Verdict::Inconclusive => Self::Inconclusive,
            proto::Verdict::NoData => Self::NoData,
        }
    }
}
