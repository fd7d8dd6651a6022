//! The time of records, and that of people.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use vortex_kit::clock::Clock;

use crate::domain::Tenths;

/// The time at which the service begins: reports may be older.
const BEGINNING: Tenths = Tenths(24 * 3_600 * 10);

/// The time of records, which begins with the service, and that of people.
#[derive(Clone, Debug)]
pub(crate) struct Time {
    clock: Arc<dyn Clock>,
    origin: Duration,
}

impl Time {
    pub(super) fn beginning_now(clock: Arc<dyn Clock>) -> Self {
        Self {
            origin: clock.monotonic(),
            clock,
        }
    }

    /// Now.
    pub(crate) fn now(&self) -> Tenths {
        BEGINNING.plus(self.running())
    }

    /// When the service began.
    pub(super) fn beginning(&self) -> Tenths {
        BEGINNING
    }

    /// For how long it has run, in tenths of a second.
    pub(crate) fn running(&self) -> u32 {
        let passed = self.clock.monotonic().saturating_sub(self.origin);
        u32::try_from(passed.as_millis() / 100).unwrap_or(u32::MAX)
    }

    /// Now, for people.
    pub(crate) fn wall(&self) -> Timestamp {
        self.clock.now()
    }

    /// A time of records, for people.
    pub(crate) fn wall_at(&self, at: Tenths) -> Timestamp {
        let (now, wall) = (self.now(), self.wall());
        let ago = Duration::from_millis(100 * u64::from(now.since(at)));
        let ahead = Duration::from_millis(100 * u64::from(at.since(now)));
        let past = wall.saturating_sub(ago).unwrap_or(wall);
        past.saturating_add(ahead).unwrap_or(past)
    }
}
