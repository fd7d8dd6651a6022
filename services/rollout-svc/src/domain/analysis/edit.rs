//! Changes of settings while a rollout is under way.

use std::{fmt::Display, time::Duration};

use super::{Baseline, OnFailure, Settings, Thresholds};

/// The settings that are changed of a rollout that has not ended; those that are absent stay.
///
/// The interval is not among them: slices of one stage are cut by one interval.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Edit {
    /// See [`Settings::min_requests`].
    pub min_requests: Option<u64>,
    /// See [`Settings::consecutive_failures`].
    pub consecutive_failures: Option<u32>,
    /// See [`Settings::max_failures`].
    pub max_failures: Option<u32>,
    /// See [`Settings::inconclusive_limit`].
    pub inconclusive_limit: Option<u32>,
    /// See [`Settings::no_data_limit`].
    pub no_data_limit: Option<u32>,
    /// See [`Settings::on_failure`].
    pub on_failure: Option<OnFailure>,
    /// See [`Settings::resume_after_passes`].
    pub resume_after_passes: Option<u32>,
    /// See [`Thresholds::errors_baseline`].
    pub errors_baseline: Option<Baseline>,
    /// See [`Thresholds::latency_baseline`].
    pub latency_baseline: Option<Baseline>,
    /// See [`Thresholds::max_error_rate`].
    pub max_error_rate: Option<f64>,
    /// See [`Thresholds::min_success_rate`].
    pub min_success_rate: Option<f64>,
    /// See [`Thresholds::max_latency_ratio`].
    pub max_latency_ratio: Option<f64>,
    /// See [`Thresholds::max_latency_p99`]. `Some(None)` takes the limit away.
    pub max_latency_p99: Option<Option<Duration>>,
}

/// A setting that was changed, with its values for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingChange {
    /// The setting's name.
    pub setting: String,
    /// The value before.
    pub from: String,
    /// The value after.
    pub to: String,
}

impl Edit {
    /// The settings after the edit.
    pub fn of(&self, before: &Settings) -> Settings {
        let limits = &before.thresholds;
        Settings {
            interval: before.interval,
            min_requests: self.min_requests.unwrap_or(before.min_requests),
            consecutive_failures: self
                .consecutive_failures
                .unwrap_or(before.consecutive_failures),
            max_failures: self.max_failures.unwrap_or(before.max_failures),
            inconclusive_limit: self.inconclusive_limit.unwrap_or(before.inconclusive_limit),
            no_data_limit: self.no_data_limit.unwrap_or(before.no_data_limit),
            on_failure: self.on_failure.unwrap_or(before.on_failure),
            resume_after_passes: self
                .resume_after_passes
                .unwrap_or(before.resume_after_passes),
            thresholds: Thresholds {
                errors_baseline: self.errors_baseline.unwrap_or(limits.errors_baseline),
                latency_baseline: self.latency_baseline.unwrap_or(limits.latency_baseline),
                max_error_rate: self.max_error_rate.unwrap_or(limits.max_error_rate),
                min_success_rate: self.min_success_rate.unwrap_or(limits.min_success_rate),
                max_latency_ratio: self.max_latency_ratio.unwrap_or(limits.max_latency_ratio),
                max_latency_p99: self.max_latency_p99.unwrap_or(limits.max_latency_p99),
            },
        }
    }
}

impl Settings {
    /// The settings that have another value in `after`, in a fixed order.
    pub fn changes_to(&self, after: &Self) -> Vec<SettingChange> {
        let (before_limits, after_limits) = (self.shown(), after.shown());
        let pairs = before_limits.into_iter().zip(after_limits);
        let changed = pairs.filter(|((_, from), (_, to))| from != to);
        changed
            .map(|((setting, from), (_, to))| SettingChange {
                setting: setting.to_owned(),
                from,
                to,
            })
            .collect()
    }

    /// Every setting that can be changed, with its value for people.
    fn shown(&self) -> [(&'static str, String); 13] {
        let limits = &self.thresholds;
        let shown = |value: &dyn Display| value.to_string();
        let p99 = limits.max_latency_p99;
        [
            ("min_success_rate", shown(&limits.min_success_rate)),
            ("max_error_rate", shown(&limits.max_error_rate)),
            ("errors_baseline", shown(&limits.errors_baseline.name())),
            ("max_latency_ratio", shown(&limits.max_latency_ratio)),
            (
                "max_latency_p99",
                p99.map_or("none".to_owned(), |p99| format!("{p99:?}")),
            ),
            ("latency_baseline", shown(&limits.latency_baseline.name())),
            ("min_requests", shown(&self.min_requests)),
            ("consecutive_failures", shown(&self.consecutive_failures)),
            ("max_failures", shown(&self.max_failures)),
            ("inconclusive_limit", shown(&self.inconclusive_limit)),
            ("no_data_limit", shown(&self.no_data_limit)),
            ("on_failure", shown(&self.on_failure.name())),
            ("resume_after_passes", shown(&self.resume_after_passes)),
        ]
    }
}
