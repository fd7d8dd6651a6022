//! Schedules hourly work, retries failures, and decides when `/health` reports them.

use std::time::Duration;
use tokio::time::Instant;
use vortex_kit::health::Health;

/// From a success to the next attempt.
const INTERVAL: Duration = Duration::from_secs(3600);
/// From a first failure to the next attempt; each further failure doubles it, up to
/// the interval.
const FIRST_PAUSE: Duration = Duration::from_secs(60);
/// Failures in a row from which `/health` reports them; fewer are only logged.
const TOLD: u32 = 3;

/// The attempts at something, the first of which is due at once.
pub(super) struct Attempts {
    name: &'static str,
    health: Health,
    failures: u32,
    due: Option<Instant>,
}

impl Attempts {
    /// Attempts at what `/health` knows by this name.
    pub(super) fn new(name: &'static str, health: Health) -> Self {
        Self {
            name,
            health,
            failures: 0,
            due: None,
        }
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.due.is_none_or(|due| now >= due)
    }

    /// Notes how an attempt ended.
    pub(super) fn ended<E: std::error::Error>(&mut self, now: Instant, result: Result<(), E>) {
        match result {
            Ok(()) => {
                self.failures = 0;
                self.due = Some(now + INTERVAL);
                self.health.recover(self.name);
            }
            Err(error) => {
                let pause = self.pause();
                self.failures = self.failures.saturating_add(1);
                self.due = Some(now + pause);
                self.tell(&error, pause);
            }
        }
    }

    /// How long to wait after one more failure.
    fn pause(&self) -> Duration {
        let doubled = 2_u32.checked_pow(self.failures);
        let pause = doubled.and_then(|times| FIRST_PAUSE.checked_mul(times));
        pause.map_or(INTERVAL, |pause| pause.min(INTERVAL))
    }

    fn tell(&self, error: &impl std::error::Error, pause: Duration) {
        let (name, failures) = (self.name, self.failures);
        let cause = error.source().map(ToString::to_string);
        tracing::warn!(%error, cause, failures, ?pause, "{name} failed, and is tried again");
        if failures >= TOLD {
            let why = format!("failed {failures} times in a row, the last time: {error}");
            self.health.degrade(name, why);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    fn attempts() -> (Attempts, Health) {
        let health = Health::new("config-svc", "0.1.0");
        (Attempts::new("retention", health.clone()), health)
    }

    fn fail(attempts: &mut Attempts, now: Instant) {
        attempts.ended(now, Err(io::Error::other("the disk is on fire")));
    }

    fn told(health: &Health) -> Option<String> {
        health.snapshot().degradations.get("retention").cloned()
    }

    #[test]
    fn the_first_is_due_at_once_and_the_next_in_an_hour() {
        let (mut attempts, _) = attempts();
        let now = Instant::now();
        assert!(attempts.is_due(now));
        attempts.ended(now, Ok::<_, io::Error>(()));
        assert!(!attempts.is_due(now + INTERVAL - Duration::from_secs(1)));
        assert!(attempts.is_due(now + INTERVAL));
    }

    #[test]
    fn pauses_after_failures_double_from_a_minute_to_an_hour() {
        let (mut attempts, _) = attempts();
        let mut now = Instant::now();
        let minutes = [1, 2, 4, 8, 16, 32, 60, 60].into_iter();
        for minutes in minutes.chain(std::iter::repeat_n(60, 40)) {
            fail(&mut attempts, now);
            let pause = Duration::from_secs(minutes * 60);
            assert!(!attempts.is_due(now + pause - Duration::from_secs(1)));
            now += pause;
            assert!(attempts.is_due(now), "after {minutes} minutes");
        }
    }

    #[test]
    fn the_third_failure_in_a_row_is_told_until_it_works() {
        let (mut attempts, health) = attempts();
        let now = Instant::now();
        fail(&mut attempts, now);
        fail(&mut attempts, now);
        attempts.ended(now, Ok::<_, io::Error>(()));
        fail(&mut attempts, now);
        fail(&mut attempts, now);
        assert_eq!(told(&health), None);
        fail(&mut attempts, now);
        let why = told(&health).unwrap();
        assert!(why.contains("3 times") && why.contains("on fire"), "{why}");
        attempts.ended(now, Ok::<_, io::Error>(()));
        assert_eq!(told(&health), None);
    }
}
