//! Which arm of which split an answer is of, as JSON.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vortex_proto::{config::v1 as proto, rollout::v1 as rollout};

use crate::extract::{KeyFrom, TakenFrom};

/// A split that concerns the answer, and the arm it gave.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Assignment {
    /// The split's id, which is that of its rollout.
    split: String,
    /// Its change set.
    change: String,
    /// Which move of the split it was.
    generation: u64,
    arm: Arm,
    pub(super) unit: Unit,
}

impl From<proto::Assignment> for Assignment {
    fn from(assignment: proto::Assignment) -> Self {
        Self {
            arm: assignment.arm().into(),
            unit: assignment.unit().into(),
            split: assignment.split,
            change: assignment.change,
            generation: assignment.generation,
        }
    }
}

/// The assignments of an answer, in their order.
pub(crate) fn all(assignments: Vec<proto::Assignment>) -> Vec<Assignment> {
    assignments.into_iter().map(Assignment::from).collect()
}

/// An arm of a split.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Arm {
    /// What was there before.
    Stable,
    /// The change set of the split.
    Canary,
    /// An arm newer than this gateway.
    Unknown,
}

impl From<proto::Arm> for Arm {
    fn from(arm: proto::Arm) -> Self {
        match arm {
            proto::Arm::Stable => Self::Stable,
            proto::Arm::Canary => Self::Canary,
            proto::Arm::Unspecified => Self::Unknown,
        }
    }
}

/// Whether a split tells instances or subjects apart.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unit {
    /// The instance that reads.
    Instance,
    /// The subject it reads for: a user, session or request.
    Subject,
    /// A unit newer than this gateway.
    #[serde(skip_deserializing)]
    Unknown,
}

impl Unit {
    /// Where what this tells apart was taken from.
    pub(super) fn taken_from(self, reader: TakenFrom) -> Option<KeyFrom> {
        match self {
            Self::Instance => Some(reader.instance),
            Self::Subject => Some(reader.key),
            Self::Unknown => None,
        }
    }
}

impl From<proto::SplitUnit> for Unit {
    fn from(unit: proto::SplitUnit) -> Self {
        match unit {
            proto::SplitUnit::Instance => Self::Instance,
            proto::SplitUnit::Subject => Self::Subject,
            proto::SplitUnit::Unspecified => Self::Unknown,
        }
    }
}

impl From<rollout::Unit> for Unit {
    fn from(unit: rollout::Unit) -> Self {
        match unit {
            rollout::Unit::Instance => Self::Instance,
            rollout::Unit::Subject => Self::Subject,
            rollout::Unit::Unspecified => Self::Unknown,
        }
    }
}

impl From<Unit> for rollout::Unit {
    fn from(unit: Unit) -> Self {
        match unit {
            Unit::Instance => Self::Instance,
            Unit::Subject => Self::Subject,
            Unit::Unknown => Self::Unspecified,
        }
    }
}
