//! Parses the limits of gates and the settings of the analysis.

use vortex_kit::error::Fault;
use vortex_proto::rollout::v1 as pb;

use super::duration;
use crate::domain::analysis::{InvalidSetting, Settings, Thresholds};

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
        thresholds: limits(&given, default.thresholds)?,
    };
    settings.check().map_err(|error| invalid(&error))?;
    Ok(settings)
}

fn limits(given: &pb::Thresholds, default: Thresholds) -> Result<Thresholds, Fault> {
    let p99 = given
        .max_latency_p99
        .map(|p99| duration("thresholds.max_latency_p99", p99));
    Ok(Thresholds {
        max_error_rate: given.max_error_rate.unwrap_or(default.max_error_rate),
        min_success_rate: given.min_success_rate.unwrap_or(default.min_success_rate),
        max_latency_ratio: given.max_latency_ratio.unwrap_or(default.max_latency_ratio),
        max_latency_p99: p99.transpose()?.or(default.max_latency_p99),
    })
}

fn invalid(error: &InvalidSetting) -> Fault {
    let setting = error.setting;
    let group = if THRESHOLDS.contains(&setting) {
        "thresholds"
    } else {
        "analysis"
    };
    Fault::invalid(format!("{group}.{setting}"), error.to_string())
}
