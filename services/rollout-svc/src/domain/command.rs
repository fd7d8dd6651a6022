//! Commands to a rollout, and their outcomes.

use vortex_bucket::Share;

use super::{
    AuditEntry, Refusal, Rollout,
    analysis::{Decision, Judged},
};

/// Who wants something, and why.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Author {
    /// Who.
    pub principal: String,
    /// Why, for the audit.
    pub reason: String,
}

/// Something that may change a rollout.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Begin the first stage.
    Start(Author),
    /// Go to the next stage, or complete from the last.
    Promote {
        /// Who and why.
        author: Author,
        /// The stage it must be at.
        expected: Option<u32>,
    },
    /// Go no further by itself.
    Pause(Author),
    /// Go on.
    Resume(Author),
    /// Give everybody stable again.
    RollBack(Author),
    /// Make the change set stable, whatever the stage.
    Complete(Author),
    /// What the analysis makes of the figures.
    Judge(Judgement),
    /// The effect of this generation is in force.
    Confirm {
        /// Which.
        generation: u64,
    },
    /// The effect of this generation will never be.
    Refuse {
        /// Which.
        generation: u64,
        /// Why.
        refusal: Refusal,
    },
    /// Its split has ended, whoever did that.
    Lose(Lost),
}

/// The end of a split, as config-svc tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// How it ended.
    pub how: Ending,
    /// Who ended it.
    pub by: String,
    /// Why, for people.
    pub why: String,
}

/// How a split ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Its change set became stable.
    Released,
    /// Everybody got stable again.
    Removed,
    /// Something else became stable by force.
    Detached,
}

/// What the analysis makes of the figures of one generation.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// Whose figures they are.
    pub generation: u64,
    /// What follows.
    pub decision: Decision,
    /// The newest slice of each application, if there is one.
    pub evidence: Vec<Judged>,
    /// Whether the breaker lets rollouts go on by themselves.
    pub breaker_open: bool,
}

/// What is sent to config-svc. Generations of a rollout rise by one with each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Give so many readers the canary.
    SetShare {
        /// How many.
        share: Share,
        /// Which move this is.
        generation: u64,
    },
    /// Give everybody stable again.
    Remove {
        /// Which move this is.
        generation: u64,
    },
    /// Make the change set stable.
    Release {
        /// Which move this is.
        generation: u64,
    },
}

impl Effect {
    /// Which move it is.
    pub fn generation(self) -> u64 {
        match self {
            Self::SetShare { generation, .. }
            | Self::Remove { generation }
            | Self::Release { generation } => generation,
        }
    }
}

/// What a command came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Transition {
    /// The rollout after it.
    pub next: Rollout,
    /// What config-svc is to be told now.
    pub effect: Option<Effect>,
    /// What the audit says of it.
    pub audit: Option<AuditEntry>,
}
