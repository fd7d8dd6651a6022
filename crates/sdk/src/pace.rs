//! When to report next: pure, so that a fleet of clients can be simulated.
//!
//! Times are since the client's start; what is called `random` is in `0.0..1.0`.

#[cfg(test)]
mod simulation;

use std::time::Duration;

use vortex_backoff::{Backoff, Jitter};

/// How often to report where the server says nothing else.
pub(crate) const INTERVAL: Duration = Duration::from_secs(30);
/// How much is added at random where the server says nothing else.
pub(crate) const JITTER: Duration = Duration::from_secs(3);
/// What a server may ask for.
const SHORTEST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(3_600);
/// Pauses after reports that failed. Anything up to them: who failed together comes back apart.
const BACKOFF: Backoff = Backoff::new(
    Duration::from_secs(1),
    Duration::from_secs(60),
    Jitter::Full,
);
/// What has changed is told within this part of the interval, so that a fleet that is given a new
/// version does not report all at once.
const TOLD_WITHIN: f64 = 1.0 / 3.0;

/// When the next report is due.
#[derive(Clone, Debug)]
pub(crate) struct Pace {
    interval: Duration,
    jitter: Duration,
    /// When the next one is due anyway.
    regular: Duration,
    /// When one is due before that, as something has changed.
    early: Option<Duration>,
    backoff: Backoff,
    /// Whether chance has put it apart from clients that started, or failed, together with it.
    apart: bool,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A report was taken, and answered with the pace that the server wants.
    Delivered {
        interval: Duration,
        jitter: Duration,
    },
    /// A report was not taken; the server may have said for how long it wants none.
    Failed { retry_after: Option<Duration> },
    /// There is something to tell: another version, a refusal, another status.
    Changed,
}

impl Pace {
    /// The pace of a client that starts at `now`. It reports at once, give or take the jitter.
    pub(crate) fn new(interval: Duration, now: Duration, random: f64) -> Self {
        Self {
            interval,
            jitter: JITTER.min(interval),
            regular: now + JITTER.min(interval).mul_f64(random),
            early: None,
            backoff: BACKOFF,
            apart: false,
        }
    }

    /// The pace that was asked for last: how often to report, and how much to add at random.
    pub(crate) fn wanted(&self) -> (Duration, Duration) {
        (self.interval, self.jitter)
    }

    /// When to report.
    pub(crate) fn due(&self) -> Duration {
        self.early
            .map_or(self.regular, |early| early.min(self.regular))
    }

    /// Takes what happened into account.
    pub(crate) fn step(&mut self, event: Event, now: Duration, random: f64) {
        match event {
            Event::Delivered { interval, jitter } => self.delivered(interval, jitter, now, random),
            Event::Failed { retry_after } => {
                let pause = self.backoff.pause(random);
                let pause = pause + retry_after.unwrap_or_default().min(LONGEST);
                self.regular = now + pause;
                self.early = None;
                self.apart = false;
            }
            // while reports fail, the next try tells of it
            Event::Changed if self.backoff.failures() > 0 => {}
            Event::Changed => {
                let within = self.interval.mul_f64(TOLD_WITHIN * random);
                let early = now + within;
                self.early = Some(self.early.map_or(early, |before| before.min(early)));
            }
        }
    }

    fn delivered(&mut self, interval: Duration, jitter: Duration, now: Duration, random: f64) {
        self.interval = interval.clamp(SHORTEST, LONGEST);
        self.jitter = jitter.min(self.interval);
        let was_early = self.regular > now && self.apart;
        self.backoff.reset();
        self.early = None;
        let next = now + self.pause(random);
        self.apart = true;
        // who reports early keeps its turn, or a fleet that changed at once would stay in step
        self.regular = match was_early {
            true => self.regular.min(next),
            false => next,
        };
    }

    /// The pause after a report. The one after the first, and after a failure, puts clients that
    /// do the same at the same time apart, over a whole interval.
    fn pause(&self, random: f64) -> Duration {
        match self.apart {
            true => self.interval + self.jitter.mul_f64(random),
            false => self.interval.mul_f64(0.5 + random),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1_000);
    const TAKEN: Event = Event::Delivered {
        interval: INTERVAL,
        jitter: JITTER,
    };

    fn after(pace: &Pace) -> f64 {
        (pace.due() - NOW).as_secs_f64()
    }

    /// A pace that is past its first report.
    fn steady() -> Pace {
        let mut pace = Pace::new(INTERVAL, NOW, 0.0);
        pace.step(TAKEN, NOW, 0.5);
        pace.step(TAKEN, pace.due(), 0.5);
        pace
    }

    #[test]
    fn the_first_report_is_jittered_and_the_second_anywhere_in_an_interval() {
        let mut pace = Pace::new(INTERVAL, NOW, 0.5);
        assert_eq!(after(&pace), 1.5);
        pace.step(TAKEN, NOW, 0.0);
        assert_eq!(after(&pace), 15.0);
        pace.step(TAKEN, pace.due(), 1.0);
        assert_eq!(after(&pace), 15.0 + 33.0);
    }

    #[test]
    fn the_server_says_the_pace_within_bounds() {
        let mut pace = steady();
        let (due, ask) = (pace.due(), |seconds| Event::Delivered {
            interval: Duration::from_secs(seconds),
            jitter: Duration::from_secs(10),
        });
        pace.step(ask(120), due, 0.5);
        assert_eq!(pace.due() - due, Duration::from_secs(125));
        let due = pace.due();
        pace.step(ask(0), due, 1.0);
        assert_eq!(pace.due() - due, SHORTEST * 2);
        let due = pace.due();
        pace.step(ask(1_000_000), due, 0.0);
        assert_eq!(pace.due() - due, LONGEST);
    }

    #[test]
    fn failures_are_retried_after_1_2_4_up_to_60_seconds() {
        let mut pace = steady();
        let failed = Event::Failed { retry_after: None };
        let pauses = (0..8).map(|_| {
            let now = pace.due();
            pace.step(failed, now, 1.0);
            (pace.due() - now).as_secs()
        });
        assert_eq!(pauses.collect::<Vec<_>>(), [1, 2, 4, 8, 16, 32, 60, 60]);
        let now = pace.due();
        pace.step(TAKEN, now, 0.0);
        assert_eq!(pace.due() - now, INTERVAL / 2);
        pace.step(failed, now, 1.0);
        assert_eq!(pace.due() - now, Duration::from_secs(1));
    }

    #[test]
    fn who_is_asked_to_wait_waits_and_then_as_long_as_chance_says() {
        let mut pace = steady();
        let retry_after = Some(Duration::from_secs(7));
        pace.step(Event::Failed { retry_after }, NOW, 0.5);
        assert_eq!(after(&pace), 7.5);
    }

    #[test]
    fn a_change_is_told_early_and_leaves_the_turn_as_it_was() {
        let mut pace = steady();
        let turn = pace.due();
        let now = turn - Duration::from_secs(20);
        pace.step(Event::Changed, now, 0.5);
        assert_eq!(pace.due() - now, INTERVAL / 6);
        // another one does not put it off
        pace.step(Event::Changed, now, 0.9);
        assert_eq!(pace.due() - now, INTERVAL / 6);
        pace.step(TAKEN, pace.due(), 0.5);
        assert_eq!(pace.due(), turn);
    }

    #[test]
    fn a_change_does_not_hasten_a_retry() {
        let mut pace = steady();
        pace.step(Event::Failed { retry_after: None }, NOW, 1.0);
        pace.step(Event::Changed, NOW, 0.0);
        assert_eq!(after(&pace), 1.0);
    }
}
