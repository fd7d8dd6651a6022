//! The breaker: after too many automatic rollbacks in a short time, nothing starts or promotes by
//! itself until an operator resets it.

use std::time::Duration;

use super::{Moment, RolloutId};

/// The number of rollbacks that are kept to be shown.
const MAX_SHOWN: usize = 100;

/// The limits of the breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerLimits {
    /// It opens at more automatic rollbacks than this.
    pub max_rollbacks: u32,
    /// The time within which they count.
    pub window: Duration,
}

/// The breaker and the rollbacks that it counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Breaker {
    pub(crate) rollbacks: Vec<(RolloutId, Moment)>,
    pub(crate) opened: Option<Moment>,
    pub(crate) reset: Option<Reset>,
}

/// A reset of the breaker by an operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reset {
    /// The operator.
    pub by: String,
    /// When it was reset.
    pub at: Moment,
    /// The reason.
    pub reason: String,
}

impl Breaker {
    /// Counts an automatic rollback, and opens if there are too many.
    #[must_use]
    pub(crate) fn count(mut self, id: RolloutId, now: Moment, limits: BreakerLimits) -> Self {
        self.expire(now, limits.window);
        self.rollbacks.push((id, now));
        if self.rollbacks.len() > limits.max_rollbacks as usize {
            self.opened.get_or_insert(now);
        }
        let excess = self
            .rollbacks
            .len()
            .saturating_sub(MAX_SHOWN.max(limits.max_rollbacks as usize + 1));
        self.rollbacks.drain(..excess);
        self
    }

    /// Closes the breaker, and resets its count.
    #[must_use]
    pub(crate) fn reset(self, reset: Reset) -> Self {
        Self {
            rollbacks: Vec::new(),
            opened: None,
            reset: Some(reset),
        }
    }

    /// Whether the breaker is open.
    pub(crate) fn is_open(&self) -> bool {
        self.opened.is_some()
    }

    /// When it opened, while it is open.
    pub(crate) fn opened(&self) -> Option<Moment> {
        self.opened
    }

    /// The rollbacks within the window, oldest first.
    pub(crate) fn rollbacks(
        &self,
        now: Moment,
        window: Duration,
    ) -> impl Iterator<Item = &(RolloutId, Moment)> {
        let within = move |at: &Moment| now.since(*at) < window;
        self.rollbacks.iter().filter(move |(_, at)| within(at))
    }

    /// The latest reset.
    pub(crate) fn last_reset(&self) -> Option<&Reset> {
        self.reset.as_ref()
    }

    fn expire(&mut self, now: Moment, window: Duration) {
        self.rollbacks.retain(|(_, at)| now.since(*at) < window);
    }
}
