//! Takes reported figures of the arms.

use vortex_kit::{access::Access, error::Fault};
use vortex_proto::rollout::v1 as pb;
use vortex_service::mutation;

use super::{Grpc, access, parse};
use crate::error::fault;

pub(super) fn report(
    grpc: &Grpc,
    access: &Access,
    request: pb::ReportMetricsRequest,
) -> Result<pb::ReportMetricsResponse, Fault> {
    let id = access::seen(grpc, access, &request.id)?;
    let request_id = mutation::request_id(&request.request_id)?;
    let entry = grpc.rollouts.entry(&id).map_err(|error| fault(&error))?;
    let rollout = entry.rollout();
    let reports = parse::reports(request.reports, &rollout)?;
    access::require_reported(access, &rollout, &reports)?;
    let rollouts = &grpc.rollouts;
    let taken = rollouts.report(&entry, request_id.as_ref(), reports, rollouts.now());
    let taken = taken.map_err(|error| fault(&error))?;
    Ok(pb::ReportMetricsResponse {
        repeated: taken.repeated,
        generation: taken.generation,
    })
}
