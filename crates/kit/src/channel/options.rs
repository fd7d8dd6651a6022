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
    /// Pause after a first failed connection; it doubles with each further one.
    pub min_backoff: Duration,
    /// Longest pause between two tries of an address that does not answer.
    pub max_backoff: Duration,
    /// Longest pause between two tries of an address that refuses at once: its machine is there,
    /// asking costs it next to nothing, and the service may be back at any moment.
    pub max_refused_backoff: Duration,
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
            max_refused_backoff: Duration::from_millis(250),
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
        self.pause_of_at_most(self.max)
    }

    /// The next pause, or `longest` if that is shorter.
    pub(super) fn pause_of_at_most(&mut self, longest: Duration) -> Duration {
        let pause = self.next;
        self.next = (pause * 2).min(self.max);
        jittered(pause.min(longest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIN: Duration = Duration::from_millis(50);
    const MAX: Duration = Duration::from_secs(5);
    const REFUSED: Duration = Duration::from_millis(250);

    /// Whether `pause` is `about`, give or take a quarter.
    fn is_about(pause: Duration, about: Duration) -> bool {
        (about.mul_f64(0.749)..about.mul_f64(1.251)).contains(&pause)
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_begin_again_after_a_success() {
        let mut backoff = Backoff::new(MIN, MAX);
        for expected in [50, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000] {
            let pause = backoff.pause();
            assert!(
                is_about(pause, Duration::from_millis(expected)),
                "{pause:?}"
            );
        }
        backoff.reset();
        assert!(is_about(backoff.pause(), MIN));
    }

    #[test]
    fn an_address_that_refuses_is_asked_again_soon_however_long_it_has_refused() {
        let mut backoff = Backoff::new(MIN, MAX);
        for expected in [50, 100, 200, 250, 250, 250, 250, 250] {
            let pause = backoff.pause_of_at_most(REFUSED);
            assert!(
                is_about(pause, Duration::from_millis(expected)),
                "{pause:?}"
            );
        }
    }
}
