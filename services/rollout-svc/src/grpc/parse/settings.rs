//! Parses the limits of gates and the settings of the analysis.

use vortex_kit::error::Fault;
use vortex_proto::rollout::v1 as pb;

use super::duration;
use crate::domain::analysis::{Baseline, InvalidSetting, OnFailure, Settings, Thresholds};

/// The settings of the analysis that requests give under `thresholds`.
const THRESHOLDS: [&str; 5] = [
    "min_success_rate",
    "max_error_rate",
    "max_latency_ratio",
    "max_latency_p99",
    "min_requests",
];

/// The settings of a request, with defaults for those it leaves out.
pub(super) fn settings(
    thresholds: Option<pb::Thresholds>,
    analysis: Option<pb::Analysis>,
    on_failure: OnFailure,
    resume_after_passes: Option<u32>,
) -> Result<Settings, Fault> {
    let (given, analysis) = (thresholds.unwrap_or_default(), analysis.unwrap_or_default());
    let default = Settings::default();
    let interval = analysis
        .interval
        .map(|interval| duration("analysis.interval", interval));
    let settings = Settings {
        interval: interval.transpose()?.unwrap_or(default.interval),
        min_requests: given.min_requests.map_or(default.min_requests, u64::from),
        consecutive_failures: analysis
            .consecutive_failures
            .unwrap_or(default.consecutive_failures),
        max_failures: analysis.max_failures.unwrap_or(default.max_failures),
        inconclusive_limit: analysis
            .inconclusive_limit
            .unwrap_or(default.inconclusive_limit),
        no_data_limit: analysis.no_data_limit.unwrap_or(default.no_data_limit),
        on_failure,
        resume_after_passes: resume_after_passes.unwrap_or(default.resume_after_passes),
        thresholds: limits(&given, default.thresholds)?,
    };
    check(&settings)?;
    Ok(settings)
}

/// Refuses a setting that is out of its range, by the field that gives it.
pub(super) fn check(settings: &Settings) -> Result<(), Fault> {
    settings.check().map_err(|error| invalid(&error))
}

/// What failures lead to, by either of the two fields that say it.
pub(super) fn on_failure_of(given: i32, auto_rollback: Option<bool>) -> Result<OnFailure, Fault> {
    let by_flag = auto_rollback.map(|rolls_back| match rolls_back {
        true => OnFailure::RollBack,
        false => OnFailure::Pause,
    });
    match (on_failure(given)?, by_flag) {
        (Some(named), Some(flag)) if named != flag => Err(Fault::invalid(
            "on_failure",
            "it contradicts auto_rollback: give only one of the two",
        )),
        (named, flag) => Ok(named.or(flag).unwrap_or_default()),
    }
}

/// What failures lead to; `None` if the request doesn't say.
pub(super) fn on_failure(given: i32) -> Result<Option<OnFailure>, Fault> {
    match pb::OnFailure::try_from(given) {
        Ok(pb::OnFailure::Unspecified) => Ok(None),
        Ok(pb::OnFailure::RollBack) => Ok(Some(OnFailure::RollBack)),
        Ok(pb::OnFailure::Pause) => Ok(Some(OnFailure::Pause)),
        Err(_) => Err(Fault::invalid(
            "on_failure",
            format!("{given} is not a known choice"),
        )),
    }
}

pub(super) fn errors_baseline(given: &pb::Thresholds) -> Result<Option<Baseline>, Fault> {
    baseline("thresholds.errors_baseline", given.errors_baseline)
}

pub(super) fn latency_baseline(given: &pb::Thresholds) -> Result<Option<Baseline>, Fault> {
    baseline("thresholds.latency_baseline", given.latency_baseline)
}

fn baseline(field: &str, given: i32) -> Result<Option<Baseline>, Fault> {
    match pb::Baseline::try_from(given) {
        Ok(pb::Baseline::Unspecified) => Ok(None),
        Ok(pb::Baseline::Either) => Ok(Some(Baseline::Either)),
        Ok(pb::Baseline::Absolute) => Ok(Some(Baseline::Absolute)),
        Ok(pb::Baseline::Relative) => Ok(Some(Baseline::Relative)),
        Ok(pb::Baseline::Both) => Ok(Some(Baseline::Both)),
        Err(_) => Err(Fault::invalid(
            field,
            format!("{given} is not a known baseline"),
        )),
    }
}

fn limits(given: &pb::Thresholds, default: Thresholds) -> Result<Thresholds, Fault> {
    let p99 = given
        .max_latency_p99
        .map(|p99| duration("thresholds.max_latency_p99", p99));
    Ok(Thresholds {
        errors_baseline: errors_baseline(given)?.unwrap_or(default.errors_baseline),
        latency_baseline: latency_baseline(given)?.unwrap_or(default.latency_baseline),
        max_error_rate: given.max_error_rate.unwrap_or(default.max_error_rate),
        min_success_rate: given.min_success_rate.unwrap_or(default.min_success_rate),
        max_latency_ratio: given.max_latency_ratio.unwrap_or(default.max_latency_ratio),
        max_latency_p99: p99.transpose()?.or(default.max_latency_p99),
    })
}

fn invalid(error: &InvalidSetting) -> Fault {
    let setting = error.setting;
    let field = match setting {
        "resume_after_passes" => setting.to_owned(),
        _ if THRESHOLDS.contains(&setting) => format!("thresholds.{setting}"),
        _ => format!("analysis.{setting}"),
    };
    Fault::invalid(field, error.to_string())
}
