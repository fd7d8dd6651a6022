//! The audit of a rollout: what happened to it. Entries never change.

use jiff::Timestamp;
use vortex_bucket::Share;

use super::{StateKind, analysis::Judged};

/// Who did what the service decided by itself.
pub const SELF: &str = "rollout-svc";

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// It was created.
    Create,
    /// Its first stage began.
    Start,
    /// It went to the next stage, or from the last one to its end.
    Promote,
    /// It goes no further by itself.
    Pause,
    /// It goes on.
    Resume,
    /// Everybody gets stable again.
    RollBack,
    /// It becomes stable, or has become so.
    Complete,
    /// Its split was ended by another caller, or config-svc refused its effect.
    Detach,
}

/// One thing that happened to a rollout.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    /// Its number, from 1, without gaps.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Who: a principal, or [`SELF`].
    pub principal: String,
    /// What.
    pub action: Action,
    /// The state before; none of a creation.
    pub from: Option<StateKind>,
    /// The state after.
    pub to: StateKind,
    /// The stage before, if there was one.
    pub from_stage: Option<u32>,
    /// The stage after, if there is one.
    pub to_stage: Option<u32>,
    /// The share that it sets, if it sets one.
    pub share: Option<Share>,
    /// Why: what the caller gave, or what decided.
    pub reason: String,
    /// The slices that decided.
    pub evidence: Vec<Judged>,
    /// The generation after it.
    pub generation: u64,
}

impl Action {
    /// Its name, as callers and metrics know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Start => "start",
            Self::Promote => "promote",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::RollBack => "roll_back",
            Self::Complete => "complete",
            Self::Detach => "detach",
        }
    }

    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Create,
        Self::Start,
        Self::Promote,
        Self::Pause,
        Self::Resume,
        Self::RollBack,
        Self::Complete,
        Self::Detach,
    ];
}
