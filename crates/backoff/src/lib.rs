//! Pauses that grow from one failure to the next, with jitter.
//!
//! Clocks and chance are the caller's: what is called `random` here is in `0.0..1.0`.

use std::time::Duration;

/// Pauses that double from a first to a longest one, each failure in a row.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
    jitter: Jitter,
    failures: u32,
}

/// How chance changes a pause, so that callers who failed together do not come back together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jitter {
    /// Give or take a quarter: the pause is about what it would be without. For the few that call
    /// a service from within the mesh.
    Quarter,
    /// Anything up to the pause. For clients, of which a server may have thousands.
    Full,
}

impl Backoff {
    /// Pauses from `first` to `longest`, before a first failure.
    #[must_use]
    pub const fn new(first: Duration, longest: Duration, jitter: Jitter) -> Self {
        Self {
            first,
            longest,
            jitter,
            failures: 0,
        }
    }

    /// Failures in a row so far.
    #[must_use]
    pub const fn failures(&self) -> u32 {
        self.failures
    }

    /// Counts a failure and gives the pause after it.
    #[must_use]
    pub fn pause(&mut self, random: f64) -> Duration {
        self.pause_of_at_most(self.longest, random)
    }

    /// Counts a failure and gives the pause after it, about `longest` if that is shorter.
    #[must_use]
    pub fn pause_of_at_most(&mut self, longest: Duration, random: f64) -> Duration {
        let doubled = 1_u32.checked_shl(self.failures).unwrap_or(u32::MAX);
        let pause = self.first.saturating_mul(doubled).min(self.longest);
        self.failures = self.failures.saturating_add(1);
        self.jitter.of(pause.min(longest), random)
    }

    /// Forgets the failures: something succeeded.
    pub fn reset(&mut self) {
        self.failures = 0;
    }
}

impl Jitter {
    /// A pause that chance has changed.
    #[must_use]
    pub fn of(self, pause: Duration, random: f64) -> Duration {
        let random = random.clamp(0.0, 1.0);
        match self {
            Self::Quarter => pause.mul_f64(0.75 + random / 2.0),
            Self::Full => pause.mul_f64(random),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Duration = Duration::from_millis(50);
    const LONGEST: Duration = Duration::from_secs(5);
    /// Leaves a pause of [`Jitter::Quarter`] as it is.
    const MIDDLE: f64 = 0.5;

    fn quarter() -> Backoff {
        Backoff::new(FIRST, LONGEST, Jitter::Quarter)
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_begin_again_after_a_success() {
        let mut backoff = quarter();
        let pauses: Vec<_> = (0..9).map(|_| backoff.pause(MIDDLE).as_millis()).collect();
        assert_eq!(pauses, [50, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
        assert_eq!(backoff.failures(), 9);
        backoff.reset();
        assert_eq!(backoff.pause(MIDDLE), FIRST);
    }

    #[test]
    fn a_pause_can_be_bounded_for_once() {
        let mut backoff = quarter();
        let refused = Duration::from_millis(250);
        let pauses: Vec<_> = (0..6)
            .map(|_| backoff.pause_of_at_most(refused, MIDDLE).as_millis())
            .collect();
        assert_eq!(pauses, [50, 100, 200, 250, 250, 250]);
        // the failures counted all the same
        assert_eq!(backoff.pause(MIDDLE), Duration::from_millis(3_200));
    }

    #[test]
    fn chance_changes_a_pause_within_bounds() {
        let pause = Duration::from_secs(4);
        let seconds = |jitter: Jitter, random| jitter.of(pause, random).as_secs();
        assert_eq!(
            [0.0, 0.5, 1.0].map(|r| seconds(Jitter::Quarter, r)),
            [3, 4, 5]
        );
        assert_eq!([0.0, 0.5, 1.0].map(|r| seconds(Jitter::Full, r)), [0, 2, 4]);
        assert_eq!([-1.0, 2.0].map(|r| seconds(Jitter::Full, r)), [0, 4]);
    }

    #[test]
    fn failures_without_end_do_not_overflow() {
        let mut backoff = Backoff {
            failures: u32::MAX,
            ..quarter()
        };
        assert_eq!(backoff.pause(MIDDLE), LONGEST);
        assert_eq!(backoff.failures(), u32::MAX);
    }
}
