//! Points in time.

use std::time::Duration;

use jiff::Timestamp;

/// A point in time, by two clocks: one to show to people, and one to measure spans by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    /// The wall clock, which may have jumped since.
    pub wall: Timestamp,
    /// A clock that never goes back and never jumps while the process runs. After a restart it goes
    /// on where it was, or at the wall clock if that is later.
    pub steady: Timestamp,
}

impl Moment {
    /// The span from an earlier moment to this one; zero if that one was later.
    pub(crate) fn since(self, earlier: Self) -> Duration {
        let span = self.steady.duration_since(earlier.steady);
        Duration::try_from(span).unwrap_or_default()
    }
}
