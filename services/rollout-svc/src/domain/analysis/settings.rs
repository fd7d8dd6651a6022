//! The settings of a rollout's analysis.

use std::{fmt::Debug, ops::RangeInclusive, time::Duration};

/// How slices are cut, and how many of which verdict lead where.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Slices are whole multiples of it: 100 ms to 1 h.
    pub interval: Duration,
    /// How many requests a slice needs of an arm: 1 to 1,000,000.
    pub min_requests: u64,
    /// So many FAIL slices in a row roll back: 1 to 100.
    pub consecutive_failures: u32,
    /// So many FAIL slices in all roll back: 1 to 1,000.
    pub max_failures: u32,
    /// So many INCONCLUSIVE slices in a row pause: 1 to 100.
    pub inconclusive_limit: u32,
    /// So many NO_DATA slices in a row pause: 1 to 100.
    pub no_data_limit: u32,
    /// What the gates compare with.
    pub thresholds: Thresholds,
}

/// What the gates compare with.
#[derive(Debug, Clone, PartialEq)]
pub struct Thresholds {
    /// Above this rate of errors a slice fails: 0 to 1.
    pub max_error_rate: f64,
    /// Below this rate of success a slice doesn't pass: 0 to 1.
    pub min_success_rate: f64,
    /// Above so many times stable's p99 a slice fails: 1 to 100.
    pub max_latency_ratio: f64,
    /// Above this p99 a slice fails, whatever stable's is: 1 ms to 1 h.
    pub max_latency_p99: Option<Duration>,
}

/// A setting that is outside of its range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{setting} is {given}, but must be from {least} to {most}")]
pub struct InvalidSetting {
    /// Its name.
    pub setting: &'static str,
    /// What was given.
    pub given: String,
    /// The least it may be.
    pub least: String,
    /// The most it may be.
    pub most: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(30),
            min_requests: 100,
            consecutive_failures: 2,
            max_failures: 5,
            inconclusive_limit: 10,
            no_data_limit: 10,
            thresholds: Thresholds::default(),
        }
    }
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            max_error_rate: 0.05,
            min_success_rate: 0.99,
            max_latency_ratio: 1.5,
            max_latency_p99: None,
        }
    }
}

impl Settings {
    /// Refuses what is outside of its range, by name.
    pub fn check(&self) -> Result<(), InvalidSetting> {
        const HOUR: Duration = Duration::from_secs(3_600);
        within("interval", self.interval, Duration::from_millis(100)..=HOUR)?;
        within("min_requests", self.min_requests, 1..=1_000_000)?;
        within("consecutive_failures", self.consecutive_failures, 1..=100)?;
        within("max_failures", self.max_failures, 1..=1_000)?;
        within("inconclusive_limit", self.inconclusive_limit, 1..=100)?;
        within("no_data_limit", self.no_data_limit, 1..=100)?;
        let thresholds = &self.thresholds;
        within("max_error_rate", thresholds.max_error_rate, 0.0..=1.0)?;
        within("min_success_rate", thresholds.min_success_rate, 0.0..=1.0)?;
        within(
            "max_latency_ratio",
            thresholds.max_latency_ratio,
            1.0..=100.0,
        )?;
        match thresholds.max_latency_p99 {
            Some(p99) => within("max_latency_p99", p99, Duration::from_millis(1)..=HOUR),
            None => Ok(()),
        }
    }
}

/// NaN is within nothing.
fn within<T: PartialOrd + Debug>(
    setting: &'static str,
    given: T,
    allowed: RangeInclusive<T>,
) -> Result<(), InvalidSetting> {
    if allowed.contains(&given) {
        return Ok(());
    }
    Err(InvalidSetting {
        setting,
        given: format!("{given:?}"),
        least: format!("{:?}", allowed.start()),
        most: format!("{:?}", allowed.end()),
    })
}
