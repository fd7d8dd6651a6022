//! Creates rollouts: of a change set, or to revert a completed rollout.

use std::mem;

use tonic::Request;
use vortex_kit::{access::Asked, context::Context, error::Fault};
use vortex_proto::rollout::v1 as pb;

use super::{Grpc, access, parse};
use crate::error::fault;

pub(super) async fn create(
    grpc: Grpc,
    request: Request<pb::CreateRolloutRequest>,
) -> Result<pb::CreateRolloutResponse, Fault> {
    // config-svc, which plans it for the same caller, judges what it would be of
    Context::access_of(&request).require(Asked::Filtered)?;
    let (request, requester) = parse::command(request, |r| mem::take(&mut r.request_id))?;
    let draft = parse::draft(request)?;
    let created = grpc.rollouts.create(requester, draft).await;
    let created = created.map_err(|error| fault(&error))?;
    Ok(pb::CreateRolloutResponse {
        rollout: Some(grpc.shown(&created)),
    })
}

pub(super) async fn revert(
    grpc: Grpc,
    request: Request<pb::RevertRolloutRequest>,
) -> Result<pb::RevertRolloutResponse, Fault> {
    let access = Context::access_of(&request);
    let (request, requester) = parse::command(request, |r| mem::take(&mut r.request_id))?;
    let id = access::commanded(&grpc, &access, &request.id)?;
    let revert = parse::revert(request)?;
    let started = grpc.rollouts.revert(requester, &id, revert).await;
    let started = started.map_err(|error| fault(&error))?;
    Ok(pb::RevertRolloutResponse {
        rollout: Some(grpc.shown(&started)),
    })
}
