//! Points in time.

use std::time::Duration;

use jiff::Timestamp;

/// A point in time, by two clocks: what is shown to people, and what spans are measured by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The wall clock, which may have jumped since.
    pub wall: Timestamp,
    /// A clock that never goes back and never jumps while the process runs. It goes on where it
    /// was, or at the wall clock if that is later, when the process starts again.
    pub steady: Timestamp,
}

impl Moment {
    /// The span from an earlier moment to this one; none if that was later.
    pub fn since(self, earlier: Self) -> Duration {
        let span = self.steady.duration_since(earlier.steady);
        Duration::try_from(span).unwrap_or_default()
    }
}
