//! The splits that concern an answer, and the arms they gave.

use crate::{answer::answers, name::names};

answers! {
    /// A split that concerns the answer, and the arm it gave.
    pub struct Assignment {
        /// The split's id, which is that of its rollout.
        pub split: String,
        /// Its change set.
        pub change: String,
        /// The generation of the split's latest move.
        pub generation: u64,
        /// The arm.
        pub arm: Arm,
        /// The unit of the split.
        pub unit: Unit,
        /// Whether the reader's key is forced into the arm, whatever the share.
        pub forced: bool,
    }
}

names! {
    /// An arm of a split.
    pub enum Arm {
        /// The stable versions, which were there before.
        Stable = "stable",
        /// The change set of the split.
        Canary = "canary",
        /// An arm that this program does not know.
        Unknown = "unknown",
    }

    /// The unit that a split gives one arm or the other.
    pub enum Unit {
        /// The instance that reads.
        Instance = "instance",
        /// The subject that is read for: a user, session or request.
        Subject = "subject",
    }
}
