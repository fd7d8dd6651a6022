//! Why a command is refused. A refused command changes nothing.

use super::StateKind;

/// Why a command is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The state takes no such command.
    #[error("the rollout is {state}: {why}")]
    WrongState {
        /// The state.
        state: StateKind,
        /// Why not, and what to do.
        why: &'static str,
    },
    /// It is at another stage than expected.
    #[error("the rollout is at stage {found}, not at stage {expected}")]
    AtOtherStage {
        /// Where it should be.
        expected: u32,
        /// Where it is.
        found: u32,
    },
    /// It concerns what is no longer so, and is of no consequence.
    #[error("it is about something that has passed")]
    Passed,
    /// The analysis would, but may not.
    #[error("{0}")]
    Held(&'static str),
}
