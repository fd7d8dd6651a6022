//! Splits: staged change sets that part of all readers get.

use crate::{Unit, answer::answers, name::names};

answers! {
    /// A page of active splits, by id.
    pub struct Splits {
        /// The splits.
        pub splits: Vec<Split>,
        /// Where the next page begins; empty at the end.
        pub next_page_token: String,
        /// The log's position of the answer.
        pub token: String,
    }

    /// A split and the position of the answer.
    pub struct SplitAnswer {
        /// The split.
        pub split: Split,
        /// The log's position of the answer.
        pub token: String,
    }

    /// A staged change set that part of all readers get.
    pub struct Split {
        /// Its id: that of the rollout that moves it.
        pub id: String,
        /// The label.
        pub label: String,
        /// Its change set's name.
        pub change: String,
        /// The log's position at which the change set was written.
        pub change_sequence: u64,
        /// The percentage of all readers that get it.
        pub percentage: f64,
        /// What it tells apart.
        pub unit: Unit,
        /// Which move of it this is, from 1.
        pub generation: u64,
        /// How it stands.
        pub state: SplitState,
        /// The paths it holds.
        pub paths: Vec<String>,
        /// When it last moved.
        pub moved_at: Option<String>,
        /// Who ended it; empty while it is active.
        pub ended_by: String,
        /// Why it ended; empty while it is active.
        pub end_reason: String,
    }
}

names! {
    /// How a split stands.
    pub enum SplitState {
        /// Part of all readers get its change set.
        Active = "active",
        /// Its change set became stable.
        Released = "released",
        /// Everybody got stable again.
        Removed = "removed",
        /// A forced release ended it.
        Detached = "detached",
        /// A state newer than the gateway.
        Unknown = "unknown",
    }
}
