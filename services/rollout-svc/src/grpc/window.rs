//! Takes what heartbeat-ingest gathered.

use vortex_kit::error::Fault;
use vortex_proto::rollout::v1 as pb;

use super::{Grpc, parse};
use crate::error::fault;

pub(super) async fn take(
    grpc: &Grpc,
    request: pb::ReportWindowRequest,
) -> Result<pb::ReportWindowResponse, Fault> {
    let part = parse::part(request)?;
    let taken = grpc.rollouts.take_part(part).await;
    let taken = taken.map_err(|error| fault(&error))?;
    Ok(pb::ReportWindowResponse {
        repeated: taken.repeated > 0 && taken.counted == 0,
        counted: taken.counted,
        outdated: taken.outdated,
        unknown: taken.unknown.saturating_add(taken.unjudged),
    })
}
