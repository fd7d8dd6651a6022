//! The spans and thresholds by which instances are judged.

use std::time::Duration;

use super::moment::span;

/// The spans and thresholds by which instances are judged, in tenths of a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    pub(super) grace: u32,
    pub(super) ttl: u32,
    pub(super) missed: u32,
    pub(super) tolerance: usize,
}

/// The time within which three starts are a crash loop.
pub(super) const LOOP: u32 = 5 * 60 * 10;
/// How many starts within it are one.
pub(super) const STARTS: usize = 3;
/// The time in which an instance is asked only once to fetch the same version again.
pub(super) const ASK_AGAIN: u32 = 5 * 60 * 10;
/// The fewest instances of a fleet that is protected when they go silent at once.
pub(super) const PROTECTED: u32 = 4;
/// The longest time that silent instances are kept because so many are silent.
pub(super) const PROTECTED_FOR: u32 = 3_600 * 10;

impl Rules {
    /// `grace`: how long an instance may run another version after what it should run has changed.
    /// `ttl`: how long after it became stale it is forgotten. `missed`: how many intervals it has to
    /// miss to be stale. `tolerance`: how many versions back it may run.
    pub fn new(grace: Duration, ttl: Duration, missed: u32, tolerance: usize) -> Self {
        Self {
            grace: span(grace),
            ttl: span(ttl).max(1),
            missed: missed.max(1),
            tolerance,
        }
    }
}

impl Rules {
    /// How long after it became stale an instance is forgotten, in tenths of a second.
    pub fn ttl(&self) -> u32 {
        self.ttl
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self::new(Duration::from_secs(60), Duration::from_secs(300), 3, 0)
    }
}
