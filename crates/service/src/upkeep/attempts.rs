//! When a job is due, by how its attempts so far ended.

use std::{error::Error, time::Duration};

use tokio::time::Instant;
use vortex_backoff::{Backoff, Jitter};
use vortex_kit::health::Health;

/// The pause after a first failure, unless the job recurs more often.
const FIRST_PAUSE: Duration = Duration::from_secs(60);
/// Failures in a row from which `/health` reports them; fewer are only logged.
const TOLD: u32 = 3;

/// The attempts at one job.
pub(super) struct Attempts {
    name: &'static str,
    interval: Duration,
    backoff: Backoff,
    due: Instant,
}

impl Attempts {
    /// A job whose first attempt is due at `first`.
    pub(super) fn new(name: &'static str, interval: Duration, first: Instant) -> Self {
        let backoff = Backoff::new(FIRST_PAUSE.min(interval), interval, Jitter::Quarter);
        Self {
            name,
            interval,
            backoff,
            due: first,
        }
    }

    /// When the next attempt is due.
    pub(super) fn due(&self) -> Instant {
        self.due
    }

    /// Notes how an attempt ended. `random` is in `0.0..1.0`.
    pub(super) fn ended<E: Error>(
        &mut self,
        now: Instant,
        random: f64,
        result: Result<(), E>,
        health: &Health,
    ) {
        match result {
            Ok(()) => {
                self.backoff.reset();
                self.due = now + self.interval;
                health.recover(self.name);
            }
            Err(error) => {
                let pause = self.backoff.pause(random);
                self.due = now + pause;
                self.tell(&error, pause, health);
            }
        }
    }

    fn tell(&self, error: &impl Error, pause: Duration, health: &Health) {
        let (name, failures) = (self.name, self.backoff.failures());
        let cause = error.source().map(ToString::to_string);
        tracing::warn!(%error, cause, failures, ?pause, "{name} failed, and is tried again");
        if failures >= TOLD {
            let why = format!("failed {failures} times in a row, the last time: {error}");
            health.degrade(name, why);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);
    /// Leaves pauses as they are.
    const MIDDLE: f64 = 0.5;

    /// A job with the clock it goes by.
    struct Job {
        attempts: Attempts,
        now: Instant,
        health: Health,
    }

    impl Job {
        fn recurring(interval: Duration) -> Self {
            let now = Instant::now();
            Self {
                attempts: Attempts::new("retention", interval, now),
                now,
                health: Health::new("config-svc", "0.1.0"),
            }
        }

        /// The pause after an attempt that ended so.
        fn pause(&mut self, result: io::Result<()>) -> Duration {
            self.attempts.ended(self.now, MIDDLE, result, &self.health);
            let due = self.attempts.due();
            due - std::mem::replace(&mut self.now, due)
        }

        fn fail(&mut self) -> Duration {
            self.pause(Err(io::Error::other("the disk is on fire")))
        }

        fn told(&self) -> Option<String> {
            let degradations = self.health.snapshot().degradations;
            degradations.get("retention").cloned()
        }
    }

    #[test]
    fn the_first_attempt_is_due_at_once_and_the_next_after_the_interval() {
        let mut job = Job::recurring(HOUR);
        assert_eq!(job.attempts.due(), job.now);
        assert_eq!(job.pause(Ok(())), HOUR);
    }

    #[test]
    fn pauses_after_failures_double_from_a_minute_to_the_interval() {
        let mut job = Job::recurring(HOUR);
        let minutes = [1, 2, 4, 8, 16, 32, 60, 60].into_iter();
        for minutes in minutes.chain(std::iter::repeat_n(60, 40)) {
            assert_eq!(job.fail(), Duration::from_secs(minutes * 60));
        }
        job.pause(Ok(()));
        assert_eq!(job.fail(), FIRST_PAUSE);
    }

    #[test]
    fn what_recurs_often_is_tried_again_as_often() {
        let often = Duration::from_secs(10);
        let mut job = Job::recurring(often);
        for _ in 0..10 {
            assert_eq!(job.fail(), often);
        }
    }

    #[test]
    fn the_third_failure_in_a_row_is_told_until_it_works() {
        let mut job = Job::recurring(HOUR);
        job.fail();
        job.fail();
        job.pause(Ok(()));
        job.fail();
        job.fail();
        assert_eq!(job.told(), None);
        job.fail();
        let why = job.told().unwrap();
        assert!(why.contains("3 times") && why.contains("on fire"), "{why}");
        job.pause(Ok(()));
        assert_eq!(job.told(), None);
    }
}
