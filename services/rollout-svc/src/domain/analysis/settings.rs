//! The settings of a rollout's analysis.

use std::{fmt::Debug, ops::RangeInclusive, time::Duration};

/// The settings by which slices are cut, and the limits on their verdicts.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Slices are whole multiples of it: 100 ms to 1 h.
    pub interval: Duration,
    /// The number of requests that a slice needs of an arm: 1 to 1,000,000.
    pub min_requests: u64,
    /// FAIL slices in a row that roll back: 1 to 100.
    pub consecutive_failures: u32,
    /// FAIL slices in the whole rollout that roll back: 1 to 1,000.
    pub max_failures: u32,
    /// INCONCLUSIVE slices in a row that pause: 1 to 100.
    pub inconclusive_limit: u32,
    /// NO_DATA slices in a row that pause: 1 to 100.
    pub no_data_limit: u32,
    /// The limits of the gates.
    pub thresholds: Thresholds,
}

/// The limits of the gates.
#[derive(Debug, Clone, PartialEq)]
pub struct Thresholds {
    /// The error rate above which a slice fails: 0 to 1.
    pub max_error_rate: f64,
    /// The success rate below which a slice doesn't pass: 0 to 1.
    pub min_success_rate: f64,
    /// The factor to stable's p99 above which a slice fails: 1 to 100.
    pub max_latency_ratio: f64,
    /// The p99 above which a slice fails, whatever stable's is: 1 ms to 1 h.
    pub max_latency_p99: Option<Duration>,
}

/// A setting that is outside of its range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{setting} is {given}, but must be from {least} to {most}")]
pub struct InvalidSetting {
    /// The setting's name.
    pub setting: &'static str,
    /// The value that was given.
    pub given: String,
    /// The least value allowed.
    pub least: String,
    /// The greatest value allowed.
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
    /// Refuses a setting that is out of its range, by name.
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

/// NaN is not within any range.
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
