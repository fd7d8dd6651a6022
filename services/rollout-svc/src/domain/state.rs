//! The states of a rollout. Each holds exactly the data that is valid in it.

use std::{collections::BTreeMap, fmt};

use vortex_bucket::Share;

use super::Moment;

/// The state of a rollout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    /// No reader gets it yet.
    Created,
    /// A stage's share of readers gets it.
    Running(Running),
    /// The stage's share stays as it is; the rollout goes no further by itself.
    Paused(Paused),
    /// The change set became stable.
    Completed(Completed),
    /// Everybody gets stable again.
    RolledBack(RolledBack),
}

/// The rollout is at a stage, and goes on by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Running {
    /// The stage.
    pub stage: u32,
    /// The share that config-svc confirmed last; none before the first.
    pub in_force: Share,
    /// How far its effect has come.
    pub motion: Motion,
}

/// How far the effect of a running rollout has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Motion {
    /// The stage's share is on its way.
    Moving,
    /// The stage's share is in force.
    Settled {
        /// When it came into force.
        since: Moment,
    },
    /// The release is on its way.
    Releasing,
}

/// The rollout is at a stage, and waits for an operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Paused {
    /// The stage.
    pub stage: u32,
    /// The share that config-svc confirmed last.
    pub in_force: Share,
    /// How far its effect has come.
    pub hold: Hold,
    /// The reason for the pause.
    pub why: String,
    /// Whether slices that pass may end it: it was made for inconclusive slices or for an outage of
    /// both arms, not by an operator. Earlier versions did not store it.
    pub clears: bool,
}

/// How far the effect of a paused rollout has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Hold {
    /// The stage's share is on its way.
    Moving,
    /// The stage's share is in force.
    Settled {
        /// When it came into force.
        since: Moment,
    },
}

/// config-svc's refusal to remove a split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Detached {
    /// The message of the refusal.
    pub why: String,
}

/// config-svc's refusal of the first share of a rollout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The reason, as a constant.
    pub reason: String,
    /// The message, for people.
    pub message: String,
    /// The metadata, for programs.
    pub facts: BTreeMap<String, String>,
}

/// The change set became stable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Completed {
    /// The stage it was completed from.
    pub stage: u32,
    /// When it was completed.
    pub at: Moment,
}

/// Everybody gets stable again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RolledBack {
    /// The stage it was rolled back from.
    pub stage: u32,
    /// The share that was in force at that time.
    pub from_share: Share,
    /// When that was decided.
    pub at: Moment,
    /// How far the removal of the split has come.
    pub removal: Removal,
    /// The reason for the rollback.
    pub why: String,
    /// The refusal of the first share, if that was the reason: no reader ever got it.
    pub start_refused: Option<Refusal>,
}

/// How far the removal of a split has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Removal {
    /// It is on its way.
    Pending,
    /// No reader gets the canary.
    Confirmed,
    /// config-svc refused it.
    Refused(Detached),
}

/// The name of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StateKind {
    /// See [`State::Created`].
    Created,
    /// See [`State::Running`].
    Running,
    /// See [`State::Paused`].
    Paused,
    /// See [`State::Completed`].
    Completed,
    /// See [`State::RolledBack`].
    RolledBack,
}

impl State {
    /// The name.
    pub(crate) fn kind(&self) -> StateKind {
        match self {
            Self::Created => StateKind::Created,
            Self::Running(_) => StateKind::Running,
            Self::Paused(_) => StateKind::Paused,
            Self::Completed(_) => StateKind::Completed,
            Self::RolledBack(_) => StateKind::RolledBack,
        }
    }

    /// The stage, once the rollout has started.
    pub(crate) fn stage(&self) -> Option<u32> {
        match self {
            Self::Created => None,
            Self::Running(running) => Some(running.stage),
            Self::Paused(paused) => Some(paused.stage),
            Self::Completed(completed) => Some(completed.stage),
            Self::RolledBack(rolled_back) => Some(rolled_back.stage),
        }
    }

    /// The share of readers that get the change set, as far as config-svc has confirmed it.
    pub(crate) fn in_force(&self) -> Share {
        match self {
            Self::Created => Share::NONE,
            Self::Running(running) => running.in_force,
            Self::Paused(paused) => paused.in_force,
            Self::Completed(_) => Share::FULL,
            Self::RolledBack(rolled_back) => match rolled_back.removal {
                Removal::Pending => rolled_back.from_share,
                Removal::Confirmed | Removal::Refused(_) => Share::NONE,
            },
        }
    }

    /// When the stage's share came into force, while it is.
    pub(crate) fn settled_since(&self) -> Option<Moment> {
        match self {
            Self::Running(Running {
                motion: Motion::Settled { since },
                ..
            })
            | Self::Paused(Paused {
                hold: Hold::Settled { since },
                ..
            }) => Some(*since),
            _ => None,
        }
    }

    /// The refusal of config-svc to remove the split.
    pub(crate) fn detached(&self) -> Option<&Detached> {
        match self {
            Self::RolledBack(RolledBack {
                removal: Removal::Refused(detached),
                ..
            }) => Some(detached),
            _ => None,
        }
    }

    /// The refusal of the first share, if that ended the rollout.
    pub(crate) fn start_refused(&self) -> Option<&Refusal> {
        match self {
            Self::RolledBack(rolled_back) => rolled_back.start_refused.as_ref(),
            Self::Created | Self::Running(_) | Self::Paused(_) | Self::Completed(_) => None,
        }
    }
}

impl StateKind {
    /// All names.
    pub const ALL: [Self; 5] = [
        Self::Created,
        Self::Running,
        Self::Paused,
        Self::Completed,
        Self::RolledBack,
    ];

    /// Whether the state is final.
    pub fn has_ended(self) -> bool {
        match self {
            Self::Created | Self::Running | Self::Paused => false,
            Self::Completed | Self::RolledBack => true,
        }
    }

    /// Whether figures of the rollout are taken.
    pub fn is_measured(self) -> bool {
        matches!(self, Self::Running | Self::Paused)
    }

    /// The name, as callers and metrics know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Completed => "completed",
            Self::RolledBack => "rolled_back",
        }
    }
}

impl fmt::Display for StateKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RolledBack => "rolled back",
            other => other.name(),
        })
    }
}
