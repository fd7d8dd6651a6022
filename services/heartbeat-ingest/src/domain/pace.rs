//! How often instances are told to report.

use std::time::Duration;

/// The part of a bucket that may be used before the pace grows.
const FREE: f64 = 0.5;
/// The jitter, as a part of the interval.
const JITTER: f64 = 0.1;

/// The pace of an ingest: from the usual interval, while there is room, up to the longest one when
/// nothing is left of a bucket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pace {
    interval: Duration,
    growth: f64,
}

/// When the next report is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Told {
    /// After so long.
    pub interval: Duration,
    /// With a random part of this on top.
    pub jitter: Duration,
}

impl Pace {
    /// The longest interval that is told, but for one that is longer by the settings.
    pub(crate) const LONGEST: Duration = Duration::from_secs(600);

    /// The pace whose usual interval this is.
    pub(crate) fn new(interval: Duration) -> Self {
        let growth = Self::LONGEST.as_secs_f64() / interval.as_secs_f64();
        Self {
            interval,
            growth: growth.max(1.0),
        }
    }

    /// What is told under a load of 0 to 1. It grows by equal factors for equal steps of the load,
    /// so that it settles wherever reports come in as fast as they may.
    pub(crate) fn told(&self, load: f64) -> Told {
        let strained = ((load - FREE) / (1.0 - FREE)).clamp(0.0, 1.0);
        let interval = match strained > 0.0 {
            true => self.interval.mul_f64(self.growth.powf(strained)),
            false => self.interval,
        };
        let interval = Duration::from_millis(interval.as_millis() as u64);
        Told {
            interval,
            jitter: interval.mul_f64(JITTER),
        }
    }

    /// When to try again after a refusal: after the usual interval, give or take what `random` of 0
    /// to 1 says, so that those who were refused together don't come back together.
    pub(crate) fn after_refusal(&self, wait: Duration, random: f64) -> Duration {
        wait.max(self.interval.mul_f64(0.5 + random.clamp(0.0, 1.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_grows_smoothly_from_the_usual_interval_to_ten_minutes() {
        let pace = Pace::new(Duration::from_secs(30));
        let seconds = |load: f64| pace.told(load).interval.as_secs_f64();
        assert_eq!([seconds(0.0), seconds(0.5)], [30.0, 30.0]);
        assert!((seconds(1.0) - 600.0).abs() < 0.01);
        let told: Vec<f64> = (50..=100)
            .map(|percent| seconds(f64::from(percent) / 100.0))
            .collect();
        assert!(
            told.windows(2)
                .all(|two| two[0] < two[1] && two[1] < two[0] * 1.1)
        );
        assert_eq!(pace.told(0.0).jitter, Duration::from_secs(3));
    }

    #[test]
    fn a_longer_interval_by_the_settings_stays() {
        let pace = Pace::new(Duration::from_secs(3_600));
        assert_eq!(pace.told(1.0).interval, Duration::from_secs(3_600));
    }

    #[test]
    fn who_is_refused_comes_back_after_about_an_interval() {
        let pace = Pace::new(Duration::from_secs(30));
        let after = |random| {
            pace.after_refusal(Duration::from_millis(10), random)
                .as_secs()
        };
        assert_eq!([after(0.0), after(0.5), after(1.0)], [15, 30, 45]);
        let long = Duration::from_secs(90);
        assert_eq!(pace.after_refusal(long, 0.0), long);
    }
}
