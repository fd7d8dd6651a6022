//! Operators' commands to a rollout.

use super::{Author, Command, analysis::Edit};

/// An operator's command.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Order {
    /// Begin the first stage.
    Start {
        /// The reason, for the audit.
        reason: String,
    },
    /// Go to the next stage, or complete from the last.
    Promote {
        /// The reason, for the audit.
        reason: String,
        /// The stage it must be at.
        expected_stage: Option<u32>,
    },
    /// Pause.
    Pause {
        /// The reason, for the audit.
        reason: String,
    },
    /// Continue.
    Resume {
        /// The reason, for the audit.
        reason: String,
    },
    /// Give everybody stable again.
    RollBack {
        /// The reason, for the audit.
        reason: String,
    },
    /// Make the change set stable.
    Complete {
        /// The reason, for the audit.
        reason: String,
    },
    /// Change settings of the analysis.
    Edit {
        /// The reason, for the audit.
        reason: String,
        /// The settings to change, which have been checked.
        edit: Box<Edit>,
    },
}

impl Order {
    /// Whether it gives more readers what they don't have yet.
    pub(crate) fn goes_further(&self) -> bool {
        match self {
            Self::Start { .. } | Self::Promote { .. } | Self::Complete { .. } => true,
            Self::Pause { .. }
            | Self::Resume { .. }
            | Self::RollBack { .. }
            | Self::Edit { .. } => false,
        }
    }

    /// Whether it sets a share.
    pub(crate) fn moves(&self) -> bool {
        match self {
            Self::Start { .. } | Self::Promote { .. } => true,
            Self::Complete { .. }
            | Self::Pause { .. }
            | Self::Resume { .. }
            | Self::RollBack { .. }
            | Self::Edit { .. } => false,
        }
    }

    /// The command to the rollout, given by `principal`.
    pub(crate) fn by(self, principal: &str) -> Command {
        let author = |reason| Author {
            principal: principal.to_owned(),
            reason,
        };
        match self {
            Self::Start { reason } => Command::Start(author(reason)),
            Self::Promote {
                reason,
                expected_stage,
            } => Command::Promote {
                author: author(reason),
                expected: expected_stage,
            },
            Self::Pause { reason } => Command::Pause(author(reason)),
            Self::Resume { reason } => Command::Resume(author(reason)),
            Self::RollBack { reason } => Command::RollBack(author(reason)),
            Self::Complete { reason } => Command::Complete(author(reason)),
            Self::Edit { reason, edit } => Command::Edit {
                author: author(reason),
                edit,
            },
        }
    }
}
