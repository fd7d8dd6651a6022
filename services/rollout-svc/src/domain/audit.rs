//! The audit of a rollout. Entries never change.

use jiff::Timestamp;
use vortex_bucket::Share;

use super::{
    StateKind,
    analysis::{Judged, SettingChange},
};

/// The principal of what the service decides by itself.
pub(crate) const SELF: &str = "rollout-svc";

/// The action that an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// The rollout was created.
    Create,
    /// Its first stage began.
    Start,
    /// It went to the next stage, or from the last one to the release.
    Promote,
    /// It was paused.
    Pause,
    /// It was resumed.
    Resume,
    /// It rolled back: everybody gets stable again.
    RollBack,
    /// The change set becomes stable, or has become stable.
    Complete,
    /// Another caller ended its split, or config-svc refused its effect.
    Detach,
    /// Its settings were changed.
    Edit,
    /// It stays at the stage whose share readers get: a freeze stopped its effect.
    Stay,
}

/// An entry of a rollout's audit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AuditEntry {
    /// The number of the entry, from 1, without gaps.
    pub number: u64,
    /// When it happened.
    pub at: Timestamp,
    /// The principal that did it, or [`SELF`].
    pub principal: String,
    /// The action.
    pub action: Action,
    /// The state before; `None` for a creation.
    pub from: Option<StateKind>,
    /// The state after.
    pub to: StateKind,
    /// The stage before, if there was one.
    pub from_stage: Option<u32>,
    /// The stage after, if there is one.
    pub to_stage: Option<u32>,
    /// The share that the entry sets, if it sets one.
    pub share: Option<Share>,
    /// Why the share is not the stage's, or could not be raised above it; empty if that does.
    pub share_reason: String,
    /// The reason that the caller gave, or what decided.
    pub reason: String,
    /// The slices that decided.
    pub evidence: Vec<Judged>,
    /// The generation after it.
    pub generation: u64,
    /// The settings that it changed.
    pub changes: Vec<SettingChange>,
}

impl Action {
    /// The name, as callers and metrics know it.
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
            Self::Edit => "edit",
            Self::Stay => "stay",
        }
    }

    /// All actions.
    pub const ALL: [Self; 10] = [
        Self::Create,
        Self::Start,
        Self::Promote,
        Self::Pause,
        Self::Resume,
        Self::RollBack,
        Self::Complete,
        Self::Detach,
        Self::Edit,
        Self::Stay,
    ];
}
