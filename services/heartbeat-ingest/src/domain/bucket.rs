//! A token bucket, without a lock.
//!
//! It holds a moment instead of a number: the one at which the bucket is full again (GCRA). Each
//! token puts that off by the time in which one comes in.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

/// How many seconds' worth of tokens a full bucket holds: as many as a window of the usual length
/// takes.
const BURST: u64 = 5;
const SECOND: u64 = 1_000_000_000;

/// So many tokens a second, and five seconds' worth at once. Of a limit of none it gives any number.
#[derive(Debug)]
pub(crate) struct Bucket {
    /// In which a token comes in, in nanoseconds; 0 without a limit.
    each: u64,
    /// When it is full again, in nanoseconds on the caller's clock.
    full_at: AtomicU64,
}

impl Bucket {
    /// A full bucket of so many a second; 0 is no limit.
    pub(crate) fn new(a_second: u32) -> Self {
        Self {
            each: match a_second {
                0 => 0,
                limit => (SECOND / u64::from(limit)).max(1),
            },
            full_at: AtomicU64::new(0),
        }
    }

    /// Takes at most `wanted` tokens, as many as there are.
    pub(crate) fn take(&self, wanted: u64, now: Duration) -> u64 {
        if self.each == 0 {
            return wanted;
        }
        let now = nanos(now);
        let mut taken = 0;
        // a closure that always gives a value never fails
        let _ = self.full_at.fetch_update(Relaxed, Relaxed, |full_at| {
            let full_at = full_at.max(now);
            let left = (now + BURST * SECOND).saturating_sub(full_at) / self.each;
            taken = left.min(wanted);
            Some(full_at + taken * self.each)
        });
        taken
    }

    /// Puts tokens back that were taken and not used.
    pub(crate) fn give_back(&self, unused: u64) {
        if self.each > 0 && unused > 0 {
            let _ = self.full_at.fetch_update(Relaxed, Relaxed, |full_at| {
                Some(full_at.saturating_sub(unused * self.each))
            });
        }
    }

    /// How empty it is: 0 when it is full, 1 when nothing is left.
    pub(crate) fn load(&self, now: Duration) -> f64 {
        if self.each == 0 {
            return 0.0;
        }
        let lacks = self.full_at.load(Relaxed).saturating_sub(nanos(now));
        (lacks as f64 / (BURST * SECOND) as f64).min(1.0)
    }

    /// How long until one token is there.
    pub(crate) fn wait(&self, now: Duration) -> Duration {
        let one = self.full_at.load(Relaxed) + self.each;
        Duration::from_nanos(one.saturating_sub(nanos(now) + BURST * SECOND))
    }
}

fn nanos(time: Duration) -> u64 {
    // 584 years
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1_000);

    #[test]
    fn it_gives_five_seconds_worth_at_once_and_then_so_many_a_second() {
        let bucket = Bucket::new(10);
        assert_eq!(bucket.load(NOW), 0.0);
        assert_eq!(bucket.take(20, NOW), 20);
        assert!((bucket.load(NOW) - 0.4).abs() < 1e-9);
        assert_eq!(bucket.take(100, NOW), 30);
        assert_eq!(bucket.take(1, NOW), 0);
        assert_eq!(bucket.wait(NOW), Duration::from_millis(100));
        assert_eq!(bucket.load(NOW), 1.0);
        assert_eq!(bucket.take(100, NOW + Duration::from_secs(1)), 10);
        let later = NOW + Duration::from_secs(60);
        assert_eq!(bucket.take(100, later), 50);
    }

    #[test]
    fn what_is_given_back_is_there_again() {
        let bucket = Bucket::new(10);
        assert_eq!(bucket.take(50, NOW), 50);
        bucket.give_back(7);
        assert_eq!(bucket.take(50, NOW), 7);
    }

    #[test]
    fn none_is_no_limit() {
        let bucket = Bucket::new(0);
        assert_eq!(bucket.take(u64::MAX, NOW), u64::MAX);
        bucket.give_back(1);
        assert_eq!(bucket.load(NOW), 0.0);
        assert_eq!(bucket.wait(NOW), Duration::ZERO);
    }
}
