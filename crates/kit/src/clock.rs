//! The one source of time: everything that decides by time takes a [`Clock`].

use std::{
    fmt::Debug,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use jiff::Timestamp;

/// Wall-clock and monotonic time.
pub trait Clock: Debug + Send + Sync + 'static {
    /// The wall clock, which may jump either way.
    fn now(&self) -> Timestamp;

    /// Time since a fixed but arbitrary origin; it never goes back.
    fn monotonic(&self) -> Duration;
}

/// The machine's clocks.
#[derive(Clone, Copy, Debug)]
pub struct System {
    origin: Instant,
}

impl System {
    /// A clock whose monotonic origin is this moment.
    #[allow(clippy::disallowed_methods)] // this is the clock all others are banned in favour of
    pub fn new() -> Self {
        Self {
            origin: Instant::now(),
        }
    }

    /// The system clock, shared.
    pub fn shared() -> Arc<dyn Clock> {
        Arc::new(Self::new())
    }
}

impl Default for System {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for System {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn monotonic(&self) -> Duration {
        self.origin.elapsed()
    }
}

/// A clock that stands still until it is moved; for tests and simulations.
#[derive(Clone, Debug)]
pub struct Manual {
    wall: Arc<AtomicI64>,
    elapsed: Arc<AtomicU64>,
}

impl Manual {
    /// A clock that reads `start`, to the millisecond.
    pub fn starting_at(start: Timestamp) -> Self {
        Self {
            wall: Arc::new(AtomicI64::new(start.as_millisecond())),
            elapsed: Arc::default(),
        }
    }

    /// Lets `step` pass on both clocks, to the millisecond.
    pub fn advance(&self, step: Duration) {
        let millis = u64::try_from(step.as_millis()).unwrap_or(u64::MAX);
        self.elapsed.fetch_add(millis, Ordering::SeqCst);
        let millis = i64::try_from(millis).unwrap_or(i64::MAX);
        self.wall.fetch_add(millis, Ordering::SeqCst);
    }

    /// Sets the wall clock alone, as an operator or NTP might, backwards too.
    pub fn set_wall(&self, to: Timestamp) {
        self.wall.store(to.as_millisecond(), Ordering::SeqCst);
    }
}

impl Clock for Manual {
    fn now(&self) -> Timestamp {
        let millis = self.wall.load(Ordering::SeqCst);
        Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.elapsed.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_when_it_is_moved() {
        let clock = Manual::starting_at(Timestamp::UNIX_EPOCH);
        assert_eq!(clock.now(), Timestamp::UNIX_EPOCH);
        clock.advance(Duration::from_secs(31 * 24 * 3600));
        assert_eq!(clock.now().as_second(), 31 * 24 * 3600);
        assert_eq!(clock.monotonic(), Duration::from_secs(31 * 24 * 3600));
    }

    #[test]
    fn setting_the_wall_clock_back_leaves_the_monotonic_one_alone() {
        let clock = Manual::starting_at(Timestamp::from_second(1_000).unwrap());
        clock.advance(Duration::from_secs(5));
        clock.set_wall(Timestamp::UNIX_EPOCH);
        assert_eq!(clock.monotonic(), Duration::from_secs(5));
    }
}
