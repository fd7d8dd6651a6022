//! Stores answered requests, so that a repeat changes nothing.

use jiff::Timestamp;

use crate::domain::{Breaker, RolloutId, Standing};

/// A request that was answered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answered {
    /// The hash of the caller and of the id they gave.
    pub key: [u8; 32],
    /// The hash of the request.
    pub body: [u8; 32],
    /// When it was answered.
    pub at: Timestamp,
    /// The answer.
    pub answer: Answer,
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answer {
    /// The rollout as it was then.
    Rollout(RolloutId, Standing),
    /// The rollout is deleted.
    Deleted,
    /// The breaker as it was then.
    Breaker(Breaker),
}
