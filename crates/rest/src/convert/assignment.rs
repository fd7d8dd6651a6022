//! Assignments.

use vortex_proto::{config::v1 as proto, rollout::v1 as rollout};

use super::mirror;
use crate::{Arm, Assignment, Unit};

mirror! {
    struct Assignment <= proto::Assignment { arm(), unit(), split, change, generation, forced }
    enum Arm <= proto::Arm { Stable, Canary }
    enum Unit <= proto::SplitUnit { Instance, Subject }
}

/// Units of rollouts, which have an enum of their own.
mod of_rollouts {
    use super::{Unit, mirror, rollout as proto};

    mirror! {
        enum Unit <=> proto::Unit { Instance, Subject }
    }
}
