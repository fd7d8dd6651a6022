//! How long a sink is given, and when it is asked again.

use std::time::Duration;

use vortex_backoff::{Backoff, Jitter};

/// How sinks are asked to take events.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// How long a sink may take to answer.
    pub deadline: Duration,
    /// The pause after a first failure.
    pub first: Duration,
    /// The longest pause, unless the sink asks for a longer one.
    pub longest: Duration,
    /// The longest pause that a sink may ask for.
    pub asked: Duration,
    /// How often a sink may refuse an event before it is given up.
    pub refusals: u32,
    /// How long a sink may take nothing, while events wait, before `/health` says so.
    pub late: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(10),
            first: Duration::from_secs(1),
            longest: Duration::from_secs(5 * 60),
            asked: Duration::from_secs(15 * 60),
            // about two minutes
            refusals: 8,
            late: Duration::from_secs(5 * 60),
        }
    }
}

impl Pace {
    pub(crate) fn backoff(&self) -> Backoff {
        Backoff::new(self.first, self.longest, Jitter::Quarter)
    }
}
