//! The outcomes of a rollout under `--wait` other than its completion.

use std::time::Duration;
use vortex_rest::{Rollout, RolloutState};

use crate::exit::Exit;

/// A rollout did not complete.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotCompleted {
    /// Everybody got stable again.
    #[error("rollout {id} was rolled back: {reason}")]
    RolledBack {
        /// The rollout.
        id: String,
        /// What decided.
        reason: String,
    },
    /// Another cluster took its label over.
    #[error("rollout {id} was taken over by another cluster: {reason}")]
    Superseded {
        /// The rollout.
        id: String,
        /// What the server says.
        reason: String,
    },
    /// It is paused, and an operator has to decide.
    #[error("rollout {id} is paused: {reason}")]
    Paused {
        /// The rollout.
        id: String,
        /// What paused it.
        reason: String,
    },
    /// A rollback was waited for, and it ended in another way.
    #[error("rollout {id} was not rolled back: it is {state}")]
    Otherwise {
        /// The rollout.
        id: String,
        /// How it ended.
        state: String,
    },
    /// It had not ended when the time was up.
    #[error("rollout {id} has not ended after {}: it waits for {holds}", humantime::format_duration(*.after))]
    Undecided {
        /// The rollout.
        id: String,
        /// What it waits for.
        holds: String,
        /// How long was waited.
        after: Duration,
    },
}

impl NotCompleted {
    /// How a rollout stands that is waited for; `None` while it goes on, or has completed.
    pub(super) fn of(rollout: &Rollout) -> Option<Self> {
        let (id, reason) = (rollout.id.clone(), or_unsaid(&rollout.reason));
        match rollout.state {
            RolloutState::RolledBack => Some(Self::RolledBack { id, reason }),
            RolloutState::Superseded => Some(Self::Superseded { id, reason }),
            RolloutState::Paused => Some(Self::Paused { id, reason }),
            RolloutState::Created
            | RolloutState::Running
            | RolloutState::Completed
            | RolloutState::Other(_) => None,
        }
    }

    /// How a rollout that has not ended stands when the time is up.
    pub(super) fn in_time(rollout: &Rollout, holds: &str, after: Duration) -> Self {
        let id = rollout.id.clone();
        match rollout.state {
            RolloutState::Paused => Self::Paused {
                id,
                reason: or_unsaid(&rollout.reason),
            },
            _ => Self::Undecided {
                id,
                holds: holds.to_owned(),
                after,
            },
        }
    }

    /// The exit code that stands for it.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::RolledBack { .. } | Self::Superseded { .. } => Exit::RolledBack,
            Self::Paused { .. } => Exit::Paused,
            Self::Otherwise { .. } => Exit::Conflict,
            Self::Undecided { .. } => Exit::Undecided,
        }
    }

    /// What the caller may do next.
    pub(crate) fn hint(&self) -> String {
        match self {
            Self::RolledBack { id, .. } => {
                format!("`vortex rollout audit {id}` shows what decided, with its values")
            }
            Self::Superseded { id, .. } => format!("`vortex rollout audit {id}` says when"),
            Self::Paused { id, .. } => {
                format!("`vortex rollout get {id}` says what may be done")
            }
            Self::Otherwise { id, .. } => {
                format!("`vortex rollout get {id}` says what may be done")
            }
            Self::Undecided { id, .. } => {
                format!("it goes on without you: `vortex rollout watch {id}` follows it")
            }
        }
    }
}

fn or_unsaid(reason: &str) -> String {
    match reason {
        "" => "no reason was given".to_owned(),
        reason => reason.to_owned(),
    }
}
