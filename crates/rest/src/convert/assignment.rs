//! Assignments.

use vortex_proto::{config::v1 as proto, rollout::v1 as rollout};

use super::mirror;
use crate::{Arm, Assignment, Unit};

mirror! {
    struct Assignment <= proto::Assignment { arm(), unit(), split, change, generation, forced }
    enum Arm <= proto::Arm { Stable, Canary }
    enum Unit <=> proto::SplitUnit { Instance, Subject }
}

/// Not mirrored, since an arm that is not known is none.
impl From<Arm> for proto::Arm {
    fn from(arm: Arm) -> Self {
        match arm {
            Arm::Stable => Self::Stable,
            Arm::Canary => Self::Canary,
            Arm::Unknown | Arm::Other(_) => Self::Unspecified,
        }
    }
}

impl From<Assignment> for proto::Assignment {
    fn from(assignment: Assignment) -> Self {
        Self {
            arm: proto::Arm::from(assignment.arm).into(),
            unit: proto::SplitUnit::from(assignment.unit).into(),
            split: assignment.split,
            change: assignment.change,
            generation: assignment.generation,
            forced: assignment.forced,
        }
    }
}

/// Units of rollouts, which have an enum of their own.
mod of_rollouts {
    use super::{Unit, mirror, rollout as proto};

    mirror! {
        enum Unit <=> proto::Unit { Instance, Subject }
    }
}
