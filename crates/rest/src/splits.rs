//! Splits: staged change sets that a share of all readers gets.

use serde::{Deserialize, Serialize};

use crate::{Arm, Unit, answer::answers, name::names};

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
        /// The keys of its unit that are in the canary at every share. Empty in lists, and once it
        /// has ended.
        pub include: Vec<String>,
        /// The keys of its unit that are on stable at every share. As `include`.
        pub exclude: Vec<String>,
    }

    /// The arms that a split gives keys.
    pub struct ResolvedArms {
        /// The keys, in the order of the request.
        pub arms: Vec<ResolvedArm>,
        /// The percentage of all readers that get the canary.
        pub percentage: f64,
        /// The unit whose keys these are.
        pub unit: Unit,
        /// The log's position of the answer.
        pub token: String,
    }

    /// A key and its arm.
    pub struct ResolvedArm {
        /// The key.
        pub key: String,
        /// The arm.
        pub arm: Arm,
        /// Its bucket, 0 to 9,999: canary when it is below 100 times the percentage, unless the key
        /// is forced.
        pub bucket: u32,
        /// Whether the key is forced into the arm, whatever the share.
        pub forced: bool,
    }
}

/// The keys whose arms are asked for.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeysToResolve {
    /// Instances or subjects, by the rollout's unit: 1,000 at most, each of 1 to 256 bytes.
    pub keys: Vec<String>,
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
