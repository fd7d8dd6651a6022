//! Points in time, small enough to be kept for each of ten million instances.

use std::time::Duration;

/// A point in time in tenths of a second of a clock that never goes back. It lasts for 13 years.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tenths(pub u32);

impl Tenths {
    /// The point so much later.
    #[must_use]
    pub const fn plus(self, tenths: u32) -> Self {
        Self(self.0.saturating_add(tenths))
    }

    /// The point so much earlier.
    #[must_use]
    pub const fn minus(self, tenths: u32) -> Self {
        Self(self.0.saturating_sub(tenths))
    }

    /// The span from an earlier point in tenths; zero if that one is later.
    pub const fn since(self, earlier: Self) -> u32 {
        self.0.saturating_sub(earlier.0)
    }

    /// The whole second that it is in.
    pub(super) const fn second(self) -> u32 {
        self.0 / 10
    }
}

/// A span in tenths of a second, the longest there is for one that is longer.
pub(super) fn span(span: Duration) -> u32 {
    u32::try_from(span.as_millis() / 100).unwrap_or(u32::MAX)
}
