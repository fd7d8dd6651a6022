//! When to fetch a provider's keys, and which to believe meanwhile.

use std::{sync::Arc, time::Duration};

use crate::{InvalidJwks, KeySet};

/// How often keys are fetched while all is well.
const REFRESH: Duration = Duration::from_secs(5 * 60);
/// The least time between two fetches, whatever tokens come: who makes up ids of keys must not
/// make us call the provider at will.
const EARLIEST: Duration = Duration::from_secs(10);
/// The first pause after a failure. It doubles with each one that follows.
const RETRY: Duration = Duration::from_secs(1);
/// The longest pause after failures.
const RETRY_AT_MOST: Duration = Duration::from_secs(60);
/// After which a fetch that did not answer has failed.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long keys are believed that could not be fetched again.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// The keys of a provider over time. Time is any that does not go back.
#[derive(Debug)]
pub struct JwksCache {
    good: Option<Good>,
    fetch: Fetch,
    failures: u32,
}

#[derive(Debug)]
struct Good {
    keys: Arc<KeySet>,
    until: Duration,
}

#[derive(Debug)]
enum Fetch {
    /// None under way; the last one began then.
    Idle {
        began: Option<Duration>,
        due: Duration,
    },
    UnderWay {
        began: Duration,
    },
}

/// What happened.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// Nothing, but time went by.
    Tick,
    /// A token named a key that is not here.
    UnknownKey,
    /// The provider answered with this.
    Fetched(&'a [u8]),
    /// An earlier process has kept this answer, which is so old.
    Kept(&'a [u8], Duration),
    /// It did not answer, or with an error.
    Failed,
}

/// What to do now.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Next {
    /// Whether to fetch the keys.
    pub fetch: bool,
    /// When to tick at the latest.
    pub tick: Duration,
    /// Why an answer was not taken.
    pub rejected: Option<InvalidJwks>,
}

impl Default for JwksCache {
    fn default() -> Self {
        Self {
            good: None,
            fetch: Fetch::Idle {
                began: None,
                due: Duration::ZERO,
            },
            failures: 0,
        }
    }
}

impl JwksCache {
    /// The keys to believe: the last that were good, for a day; none before the first were.
    pub fn keys(&self, now: Duration) -> Option<&Arc<KeySet>> {
        let good = self.good.as_ref();
        let good = good.filter(|good| now < good.until);
        good.map(|good| &good.keys)
    }

    /// Takes note of an event. Answers that come late or unasked are as good as others.
    pub fn step(&mut self, event: Event<'_>, now: Duration) -> Next {
        let rejected = match event {
            Event::Tick => None,
            Event::UnknownKey => {
                self.hasten(now);
                None
            }
            Event::Fetched(bytes) => self.take(bytes, now),
            Event::Kept(bytes, age) => self.recall(bytes, age, now),
            Event::Failed => {
                self.fail(now);
                None
            }
        };
        self.give_up(now);
        let fetch = self.begin(now);
        Next {
            fetch,
            tick: self.tick(),
            rejected,
        }
    }

    /// Fetches sooner than was planned, though not too soon after the last time.
    fn hasten(&mut self, now: Duration) {
        if let Fetch::Idle { began, due } = &mut self.fetch {
            let earliest = began.map_or(now, |began| began + EARLIEST);
            *due = (*due).min(earliest.max(now));
        }
    }

    fn take(&mut self, bytes: &[u8], now: Duration) -> Option<InvalidJwks> {
        match KeySet::parse(bytes) {
            Ok(keys) => {
                self.good = Some(Good {
                    keys: Arc::new(keys),
                    until: now + KEPT,
                });
                self.failures = 0;
                self.rest(now + REFRESH);
                None
            }
            Err(error) => {
                self.fail(now);
                Some(error)
            }
        }
    }

    /// What was kept is for where nothing was fetched, and is fetched again as if it were not there.
    fn recall(&mut self, bytes: &[u8], age: Duration, now: Duration) -> Option<InvalidJwks> {
        let left = KEPT.saturating_sub(age);
        if self.good.is_some() || left.is_zero() {
            return None;
        }
        match KeySet::parse(bytes) {
            Ok(keys) => {
                let (keys, until) = (Arc::new(keys), now + left);
                self.good = Some(Good { keys, until });
                None
            }
            Err(error) => Some(error),
        }
    }

    fn fail(&mut self, now: Duration) {
        let pause = RETRY.saturating_mul(1 << self.failures.min(6));
        self.failures = self.failures.saturating_add(1);
        self.rest(now + pause.min(RETRY_AT_MOST));
    }

    fn rest(&mut self, due: Duration) {
        let began = match self.fetch {
            Fetch::Idle { began, .. } => began,
            Fetch::UnderWay { began } => Some(began),
        };
        self.fetch = Fetch::Idle { began, due };
    }

    fn give_up(&mut self, now: Duration) {
        if let Fetch::UnderWay { began } = self.fetch
            && began + PATIENCE <= now
        {
            self.fail(now);
        }
    }

    fn begin(&mut self, now: Duration) -> bool {
        let is_due = matches!(self.fetch, Fetch::Idle { due, .. } if due <= now);
        if is_due {
            self.fetch = Fetch::UnderWay { began: now };
        }
        is_due
    }

    fn tick(&self) -> Duration {
        match self.fetch {
            Fetch::Idle { due, .. } => due,
            Fetch::UnderWay { began } => began + PATIENCE,
        }
    }
}
