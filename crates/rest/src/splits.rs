//! Splits: staged change sets that a share of all readers gets.

use crate::{Unit, answer::answers, name::names};

answers! {
    /// A page of active splits, by id.
    pub struct Splits {
        /// The splits.
        pub splits: Vec<Split>,
        /// The token of the next page; empty on the last one.
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

    /// A staged change set that a share of all readers gets.
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
        /// The unit that is given one arm or the other.
        pub unit: Unit,
        /// The number of its latest move, from 1.
        pub generation: u64,
        /// The state.
        pub state: SplitState,
        /// The paths of the documents it holds.
        pub paths: Vec<String>,
        /// When it last moved.
        pub moved_at: Option<String>,
        /// The principal that ended it; empty while it is active.
        pub ended_by: String,
        /// Why it ended; empty while it is active.
        pub end_reason: String,
    }
}

names! {
    /// The state of a split.
    pub enum SplitState {
        /// A share of all readers gets its change set.
        Active = "active",
        /// Its change set became stable.
        Released = "released",
        /// Everybody got stable again.
        Removed = "removed",
        /// A forced release ended it.
        Detached = "detached",
        /// A state that this program does not know.
        Unknown = "unknown",
    }
}
