//! A clock that jumps of the wall clock don't affect.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use vortex_kit::clock::Clock;

use crate::domain::Moment;

/// Answers moments: the wall clock's time, and a steady time that goes on from where it was.
pub(super) struct SteadyClock {
    clock: Arc<dyn Clock>,
    begun: Timestamp,
    origin: Duration,
}

impl SteadyClock {
    /// A clock that begins now, but not before `latest`.
    pub(super) fn new(clock: Arc<dyn Clock>, latest: Option<Timestamp>) -> Self {
        let begun = clock.now();
        Self {
            begun: latest.map_or(begun, |latest| latest.max(begun)),
            origin: clock.monotonic(),
            clock,
        }
    }

    pub(super) fn moment(&self) -> Moment {
        let passed = self.clock.monotonic().saturating_sub(self.origin);
        Moment {
            wall: self.clock.now(),
            steady: self.begun.saturating_add(passed).unwrap_or(Timestamp::MAX),
        }
    }
}
