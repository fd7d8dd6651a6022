//! Parses changes of settings.

use vortex_kit::error::Fault;
use vortex_proto::rollout::v1 as pb;

use super::{duration, settings};
use crate::domain::analysis::{Edit, Settings};

/// The settings that a request changes, each of which is within its range.
pub(in crate::grpc) fn edit(request: &pb::EditRolloutRequest) -> Result<Edit, Fault> {
    let (thresholds, analysis) = (request.thresholds.unwrap_or_default(), &request.analysis);
    let analysis = analysis.unwrap_or_default();
    if analysis.interval.is_some() {
        let why = "it can't be changed while the rollout is under way";
        return Err(Fault::invalid("analysis.interval", why));
    }
    let p99 = thresholds
        .max_latency_p99
        .map(|p99| duration("thresholds.max_latency_p99", p99));
    let edit = Edit {
        min_requests: thresholds.min_requests.map(u64::from),
        consecutive_failures: analysis.consecutive_failures,
        max_failures: analysis.max_failures,
        inconclusive_limit: analysis.inconclusive_limit,
        no_data_limit: analysis.no_data_limit,
        on_failure: settings::on_failure(request.on_failure)?,
        resume_after_passes: request.resume_after_passes,
        errors_baseline: settings::errors_baseline(&thresholds)?,
        latency_baseline: settings::latency_baseline(&thresholds)?,
        max_error_rate: thresholds.max_error_rate,
        min_success_rate: thresholds.min_success_rate,
        max_latency_ratio: thresholds.max_latency_ratio,
        // no time at all means that there is no limit
        max_latency_p99: p99
            .transpose()?
            .map(|p99| Some(p99).filter(|p99| !p99.is_zero())),
    };
    if edit == Edit::default() {
        let why = "nothing is to be changed: give at least one setting";
        return Err(Fault::invalid("thresholds", why));
    }
    settings::check(&edit.of(&Settings::default()))?;
    Ok(edit)
}
