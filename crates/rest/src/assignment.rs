//! Which arm of which split an answer is of.

use crate::{answer::answers, name::names};

answers! {
    /// A split that concerns the answer, and the arm it gave.
    pub struct Assignment {
        /// The split's id, which is that of its rollout.
        pub split: String,
        /// Its change set.
        pub change: String,
        /// Which move of the split it was.
        pub generation: u64,
        /// The arm.
        pub arm: Arm,
        /// What the split tells apart.
        pub unit: Unit,
    }
}

names! {
    /// An arm of a split.
    pub enum Arm {
        /// What was there before.
        Stable = "stable",
        /// The change set of the split.
        Canary = "canary",
        /// An arm newer than the gateway.
        Unknown = "unknown",
    }

    /// Whether a split tells instances or subjects apart.
    pub enum Unit {
        /// The instance that reads.
        Instance = "instance",
        /// The subject it reads for: a user, session or request.
        Subject = "subject",
    }
}
