//! Why a command is refused. A refused command changes nothing.

use super::StateKind;

/// Why a command is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// The state does not accept the command.
    #[error("the rollout is {state}: {why}")]
    WrongState {
        /// The state.
        state: StateKind,
        /// The cause, and what to do instead.
        why: &'static str,
    },
    /// The rollout is not at the expected stage.
    #[error("the rollout is at stage {}, not at stage {} (counted from 1)", u64::from(*found) + 1, u64::from(*expected) + 1)]
    AtOtherStage {
        /// The stage that was expected.
        expected: u32,
        /// The stage that the rollout is at.
        found: u32,
    },
    /// The command is about something that is over, so it doesn't matter.
    #[error("it concerns something that is over")]
    Passed,
    /// The analysis would go on, but is not allowed to.
    #[error("{0}")]
    Held(&'static str),
}
