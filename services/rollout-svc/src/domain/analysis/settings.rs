//! The settings of a rollout's analysis.

use std::{fmt::Debug, ops::RangeInclusive, time::Duration};

/// The settings by which slices are cut, and the limits on their verdicts.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Slices are whole multiples of it: 100 ms to 1 h.
    pub interval: Duration,
    /// The number of requests that a slice needs of an arm: 1 to 1,000,000, or 0 where queries or
    /// webhooks judge what has none.
    pub min_requests: u64,
    /// FAIL slices in a row that roll back: 1 to 100.
    pub consecutive_failures: u32,
    /// FAIL slices in the whole rollout that roll back: 1 to 1,000.
    pub max_failures: u32,
    /// INCONCLUSIVE slices in a row that pause: 1 to 100.
    pub inconclusive_limit: u32,
    /// NO_DATA slices in a row that pause: 1 to 100.
    pub no_data_limit: u32,
    /// What FAIL slices lead to, once their limit is reached.
    pub on_failure: OnFailure,
    /// PASS slices in a row after which a rollout resumes that was paused by INCONCLUSIVE slices or
    /// by an outage of both arms: 1 to 100; 0 if it never does by itself.
    pub resume_after_passes: u32,
    /// The limits of the gates.
    pub thresholds: Thresholds,
}

/// What failures of the canary lead to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnFailure {
    /// Everybody gets stable again.
    #[default]
    RollBack,
    /// The rollout pauses, and an operator decides.
    Pause,
}

/// What a gate compares the canary with.
///
/// The absolute limits are those that are the same whatever stable does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Baseline {
    /// It fails by the absolute limit or by the comparison with stable.
    #[default]
    Either,
    /// It fails by the absolute limit only.
    Absolute,
    /// It fails by the comparison with stable only.
    Relative,
    /// It fails only by both at once.
    Both,
}

/// The limits of the gates.
#[derive(Debug, Clone, PartialEq)]
pub struct Thresholds {
    /// What the errors gate compares the canary with.
    pub errors_baseline: Baseline,
    /// What the latency gate compares the canary with.
    pub latency_baseline: Baseline,
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
            on_failure: OnFailure::default(),
            resume_after_passes: 0,
            thresholds: Thresholds::default(),
        }
    }
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            errors_baseline: Baseline::default(),
            latency_baseline: Baseline::default(),
            max_error_rate: 0.05,
            min_success_rate: 0.99,
            max_latency_ratio: 1.5,
            max_latency_p99: None,
        }
    }
}

impl OnFailure {
    /// The name, as callers know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::RollBack => "rollback",
            Self::Pause => "pause",
        }
    }
}

impl Baseline {
    /// The name, as callers know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Either => "either",
            Self::Absolute => "absolute",
            Self::Relative => "relative",
            Self::Both => "both",
        }
    }

    /// Whether a canary that exceeds an absolute limit alone is not at fault yet.
    pub(super) fn needs_comparison(self) -> bool {
        matches!(self, Self::Relative | Self::Both)
    }
}

impl Settings {
    /// Refuses a setting that is out of its range, by name.
    pub fn check(&self) -> Result<(), InvalidSetting> {
        const HOUR: Duration = Duration::from_secs(3_600);
        within("interval", self.interval, Duration::from_millis(100)..=HOUR)?;
        within("min_requests", self.min_requests, 0..=1_000_000)?;
        within("consecutive_failures", self.consecutive_failures, 1..=100)?;
        within("max_failures", self.max_failures, 1..=1_000)?;
        within("inconclusive_limit", self.inconclusive_limit, 1..=100)?;
        within("no_data_limit", self.no_data_limit, 1..=100)?;
        within("resume_after_passes", self.resume_after_passes, 0..=100)?;
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
