//! Commands to a rollout, and their outcomes.

use vortex_bucket::Share;

use super::{
    AuditEntry, Refusal, Rollout,
    analysis::{Decision, Edit, Judged},
};

/// The caller of a command, and the reason.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Author {
    /// The principal.
    pub principal: String,
    /// The reason, for the audit.
    pub reason: String,
}

/// A command that may change a rollout.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Command {
    /// Begin the first stage.
    Start(Author),
    /// Go to the next stage, or complete from the last one.
    Promote {
        /// The caller and the reason.
        author: Author,
        /// The stage that the rollout must be at.
        expected: Option<u32>,
    },
    /// Pause.
    Pause(Author),
    /// Resume.
    Resume(Author),
    /// Give everybody stable again.
    RollBack(Author),
    /// Make the change set stable, at whatever stage.
    Complete(Author),
    /// Change settings of the analysis.
    Edit {
        /// The caller and the reason.
        author: Author,
        /// The settings to change.
        edit: Box<Edit>,
    },
    /// Apply the decision of the analysis.
    Judge(Judgement),
    /// The effect of this generation is in force.
    Confirm {
        /// The generation.
        generation: u64,
    },
    /// The effect of this generation is refused for good.
    Refuse {
        /// The generation.
        generation: u64,
        /// The refusal.
        refusal: Refusal,
    },
    /// The split did not follow the effect of this generation, and is at a stage's share.
    Stay {
        /// The generation.
        generation: u64,
        /// The stage.
        stage: u32,
        /// The share.
        share: Share,
        /// The reason, for people.
        why: String,
    },
    /// The split has ended, whoever ended it.
    Lose(Lost),
}

/// The end of a split, as config-svc reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lost {
    /// How it ended.
    pub how: Ending,
    /// The principal that ended it.
    pub by: String,
    /// The description, for people.
    pub why: String,
}

/// How a split ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Its change set became stable.
    Released,
    /// Everybody got stable again.
    Removed,
    /// Something else was made stable by force.
    Detached,
}

/// The decision of the analysis, from the figures of one generation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Judgement {
    /// The generation of the figures.
    pub generation: u64,
    /// The decision.
    pub decision: Decision,
    /// The newest slice of each application that has one.
    pub evidence: Vec<Judged>,
    /// Whether the breaker lets rollouts go on by themselves.
    pub breaker_open: bool,
    /// Whether a freeze keeps the rollout from going on.
    pub frozen: bool,
}

/// An effect that is sent to config-svc. Each effect of a rollout has the next generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Give this share of readers the canary.
    SetShare {
        /// The share.
        share: Share,
        /// The generation.
        generation: u64,
    },
    /// Give everybody stable again.
    Remove {
        /// The generation.
        generation: u64,
    },
    /// Make the change set stable.
    Release {
        /// The generation.
        generation: u64,
    },
}

impl Effect {
    /// The generation.
    pub(crate) fn generation(self) -> u64 {
        match self {
            Self::SetShare { generation, .. }
            | Self::Remove { generation }
            | Self::Release { generation } => generation,
        }
    }
}

/// The outcome of a command.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Transition {
    /// The rollout after the command.
    pub next: Rollout,
    /// The effect to send to config-svc now.
    pub effect: Option<Effect>,
    /// The audit entry.
    pub audit: Option<AuditEntry>,
}
