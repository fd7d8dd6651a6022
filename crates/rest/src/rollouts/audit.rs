//! What happened to a rollout.

use super::{GateResult, RolloutState};
use crate::answer::answers;

answers! {
    /// A page of what happened, oldest first.
    pub struct RolloutAudit {
        /// What happened.
        pub entries: Vec<RolloutAuditEntry>,
        /// Where the next page begins; empty at the end.
        pub next_page_token: String,
    }

    /// One thing that happened.
    pub struct RolloutAuditEntry {
        /// From 1, without gaps.
        pub number: u64,
        /// When.
        pub time: Option<String>,
        /// Who: a principal, or `rollout-svc` for what it decided by itself.
        pub principal: String,
        /// `create`, `start`, `promote`, `pause`, `resume`, `roll_back`, `complete`, `detach`.
        pub action: String,
        /// The state before; null where there was none.
        pub from_state: Option<RolloutState>,
        /// The state after.
        pub to_state: Option<RolloutState>,
        /// The stage before; null where there was none.
        pub from_stage: Option<u32>,
        /// The stage after; null where there is none.
        pub to_stage: Option<u32>,
        /// The percentage that it set, if it set one.
        pub percentage: Option<f64>,
        /// Why: what the caller gave, or what decided.
        pub reason: String,
        /// What decided, by gate.
        pub evidence: Vec<GateResult>,
        /// The generation of the effect.
        pub generation: u64,
    }
}
