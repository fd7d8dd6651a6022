//! Figures of the arms.

use super::{Grpc, parse};
use crate::error::fault;
use vortex_kit::error::Fault;
use vortex_proto::rollout::v1 as pb;

pub(super) fn report(
    grpc: &Grpc,
    request: pb::ReportMetricsRequest,
) -> Result<pb::ReportMetricsResponse, Fault> {
    let id = parse::id(&request.id)?;
    let request_id = parse::request_id(&request.request_id)?;
    let rollout = grpc.rollouts.get(&id).map_err(|error| fault(&error))?;
    let reports = parse::reports(request.reports, &rollout)?;
    let now = grpc.rollouts.now();
    let taken = grpc.rollouts.report(&id, request_id.as_ref(), reports, now);
    let taken = taken.map_err(|error| fault(&error))?;
    Ok(pb::ReportMetricsResponse {
        repeated: taken.repeated,
        generation: taken.generation,
    })
}
