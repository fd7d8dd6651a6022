//! How a channel over a network behaves.

use std::time::Duration;

/// Time limits and attempts of a [`Channel`](super::Channel) over a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Pause between two looks at the name's addresses.
    pub resolve_every: Duration,
    /// Time for a look, and for a connection to stand.
    pub connect_timeout: Duration,
    /// Silence after which a connection is asked whether it lives.
    pub keep_alive: Duration,
    /// Time for the answer to that.
    pub keep_alive_timeout: Duration,
    /// Pause after a first refused connection; it doubles up to `max_backoff`.
    pub min_backoff: Duration,
    /// Longest pause between two tries of an address that refuses.
    pub max_backoff: Duration,
    /// Attempts of a call that may be repeated.
    pub attempts: u32,
    /// Time for a call with one answer when its caller sets no deadline.
    pub call_timeout: Duration,
    /// Addresses used at most; those beyond are left aside.
    pub addresses: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            resolve_every: Duration::from_secs(3),
            connect_timeout: Duration::from_secs(2),
            keep_alive: Duration::from_secs(10),
            keep_alive_timeout: Duration::from_secs(5),
            min_backoff: Duration::from_millis(50),
            max_backoff: Duration::from_secs(5),
            attempts: 3,
            call_timeout: Duration::from_secs(30),
            addresses: 64,
        }
    }
}

/// `pause`, give or take a quarter, so that callers do not march in step.
pub(super) fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(0.75 + fastrand::f64() / 2.0)
}

/// Pauses that double from one failure to the next.
pub(super) struct Backoff {
    next: Duration,
    min: Duration,
    max: Duration,
}

impl Backoff {
    pub(super) fn new(min: Duration, max: Duration) -> Self {
        Self {
            next: min,
            min,
            max,
        }
    }

    pub(super) fn reset(&mut self) {
        self.next = self.min;
    }

    pub(super) fn pause(&mut self) -> Duration {
        let pause = self.next;
        self.next = (pause * 2).min(self.max);
        jittered(pause)
    }
}
