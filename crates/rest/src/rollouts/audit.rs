//! The audit of a rollout.

use super::{GateResult, RolloutState};
use crate::answer::answers;

answers! {
    /// A page of a rollout's audit, oldest entry first.
    pub struct RolloutAudit {
        /// The entries.
        pub entries: Vec<RolloutAuditEntry>,
        /// The token of the next page; empty on the last one.
        pub next_page_token: String,
    }

    /// An entry of a rollout's audit.
    pub struct RolloutAuditEntry {
        /// The number of the entry, from 1, without gaps.
        pub number: u64,
        /// When it happened.
        pub time: Option<String>,
        /// The principal that did it, or `rollout-svc` for what that decided by itself.
        pub principal: String,
        /// The action: `create`, `start`, `promote`, `pause`, `resume`, `roll_back`, `complete`,
        /// `detach`, `edit` or `stay`.
        pub action: String,
        /// The state before; null if there was none.
        pub from_state: Option<RolloutState>,
        /// The state after.
        pub to_state: Option<RolloutState>,
        /// The stage before; null if there was none.
        pub from_stage: Option<u32>,
        /// The stage after; null if there is none.
        pub to_stage: Option<u32>,
        /// The percentage that the entry set; null if it set none.
        pub percentage: Option<f64>,
        /// Why the percentage is not the stage's, or could not be raised above it; empty if that
        /// does.
        pub share_reason: String,
        /// The reason that the caller gave, or what decided.
        pub reason: String,
        /// The findings that decided, by gate.
        pub evidence: Vec<GateResult>,
        /// The generation of the effect.
        pub generation: u64,
        /// The settings that it changed.
        pub changes: Vec<SettingChange>,
    }

    /// A setting that an edit changed. Values are text for people.
    pub struct SettingChange {
        /// The setting's name, such as `max_error_rate`.
        pub setting: String,
        /// The value before.
        pub from: String,
        /// The value after.
        pub to: String,
    }
}
