//! Commands to one rollout.

use std::mem;

use tonic::Request;
use vortex_kit::{context::Context, error::Fault};
use vortex_proto::rollout::v1 as pb;

use super::{Grpc, access, parse};
use crate::{
    domain::{Order, RolloutId},
    engine,
    error::fault,
};

/// Commands with no members but the rollout, the reason and the request id.
macro_rules! order {
    ($name:ident, $request:ident, $response:ident, $order:ident) => {
        pub(super) async fn $name(
            grpc: Grpc,
            request: Request<pb::$request>,
        ) -> Result<pb::$response, Fault> {
            let access = Context::access_of(&request);
            let (request, requester) = parse::command(request, |r| mem::take(&mut r.request_id))?;
            let id = access::commanded(&grpc, &access, &request.id)?;
            let reason = parse::reason(request.reason)?;
            let rollout = order(&grpc, requester, &id, Order::$order { reason }).await?;
            Ok(pb::$response {
                rollout: Some(rollout),
            })
        }
    };
}

order!(start, StartRolloutRequest, StartRolloutResponse, Start);
order!(pause, PauseRolloutRequest, PauseRolloutResponse, Pause);
order!(resume, ResumeRolloutRequest, ResumeRolloutResponse, Resume);
order!(
    roll_back,
    RollBackRolloutRequest,
    RollBackRolloutResponse,
    RollBack
);
order!(
    complete,
    CompleteRolloutRequest,
    CompleteRolloutResponse,
    Complete
);

pub(super) async fn promote(
    grpc: Grpc,
    request: Request<pb::PromoteRolloutRequest>,
) -> Result<pb::PromoteRolloutResponse, Fault> {
    let access = Context::access_of(&request);
    let (request, requester) = parse::command(request, |r| mem::take(&mut r.request_id))?;
    let id = access::commanded(&grpc, &access, &request.id)?;
    let promote = Order::Promote {
        reason: parse::reason(request.reason)?,
        expected_stage: request.expected_stage,
    };
    let rollout = order(&grpc, requester, &id, promote).await?;
    Ok(pb::PromoteRolloutResponse {
        rollout: Some(rollout),
    })
}

pub(super) async fn edit(
    grpc: Grpc,
    request: Request<pb::EditRolloutRequest>,
) -> Result<pb::EditRolloutResponse, Fault> {
    let access = Context::access_of(&request);
    let (mut request, requester) = parse::command(request, |r| mem::take(&mut r.request_id))?;
    let id = access::commanded(&grpc, &access, &request.id)?;
    let changes = parse::edit(&request)?;
    if let (Some(least), Ok(found)) = (changes.min_requests, grpc.rollouts.get(&id)) {
        parse::check_requests(least, &found.spec.gates)?;
    }
    let edit = Order::Edit {
        reason: parse::reason(mem::take(&mut request.reason))?,
        edit: Box::new(changes),
    };
    let rollout = order(&grpc, requester, &id, edit).await?;
    Ok(pb::EditRolloutResponse {
        rollout: Some(rollout),
    })
}

pub(super) async fn delete(
    grpc: Grpc,
    request: Request<pb::DeleteRolloutRequest>,
) -> Result<pb::DeleteRolloutResponse, Fault> {
    let access = Context::access_of(&request);
    let (request, requester) = parse::command(request, |r| mem::take(&mut r.request_id))?;
    let id = access::commanded(&grpc, &access, &request.id)?;
    let deleted = grpc.rollouts.delete(requester, &id).await;
    deleted.map_err(|error| fault(&error))?;
    Ok(pb::DeleteRolloutResponse {})
}

async fn order(
    grpc: &Grpc,
    requester: engine::Request,
    id: &RolloutId,
    order: Order,
) -> Result<pb::Rollout, Fault> {
    let after = grpc.rollouts.order(requester, id, order).await;
    let after = after.map_err(|error| fault(&error))?;
    Ok(grpc.shown(&after))
}
