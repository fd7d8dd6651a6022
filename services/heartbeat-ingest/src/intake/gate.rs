//! What is the same for all reports of a window.

use std::time::Duration;

use jiff::Timestamp;
use vortex_kit::clock::Clock;

/// The window that is open.
#[derive(Debug)]
pub(super) struct Gate {
    /// Its number, from 1.
    pub(super) window: u64,
    /// When it opened.
    pub(super) opened_at: Timestamp,
    /// The same, on the monotonic clock.
    pub(super) opened: Duration,
    /// When instances were last forgotten, on the monotonic clock.
    pub(super) forgot: Duration,
    /// No report is taken any more.
    pub(super) has_ended: bool,
}

impl Gate {
    /// The first window, which opens now.
    pub(super) fn open(clock: &dyn Clock) -> Self {
        let opened = clock.monotonic();
        Self {
            window: 1,
            opened_at: clock.now(),
            opened,
            forgot: opened,
            has_ended: false,
        }
    }
}
