//! Commands to one rollout.

use std::mem;

use tonic::Request;
use vortex_kit::error::Fault;
use vortex_proto::rollout::v1 as pb;

use super::{Grpc, parse};
use crate::{domain::Order, engine, error::fault};

/// Commands with no members but the rollout, the reason and the request id.
macro_rules! order {
    ($name:ident, $request:ident, $response:ident, $order:ident) => {
        pub(super) async fn $name(
            grpc: Grpc,
            request: Request<pb::$request>,
        ) -> Result<pb::$response, Fault> {
            let (request, requester) = parse::command(request, |r| mem::take(&mut r.request_id))?;
            let reason = parse::reason(request.reason)?;
            let rollout = order(&grpc, requester, &request.id, Order::$order { reason }).await?;
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
    let (request, requester) = parse::command(request, |r| mem::take(&mut r.request_id))?;
    let promote = Order::Promote {
        reason: parse::reason(request.reason)?,
        expected_stage: request.expected_stage,
    };
    let rollout = order(&grpc, requester, &request.id, promote).await?;
    Ok(pb::PromoteRolloutResponse {
        rollout: Some(rollout),
    })
}

pub(super) async fn edit(
    grpc: Grpc,
    request: Request<pb::EditRolloutRequest>,
) -> Result<pb::EditRolloutResponse, Fault> {
    let (mut request, requester) = parse::command(request, |r| mem::take(&mut r.request_id))?;
    let edit = Order::Edit {
        reason: parse::reason(mem::take(&mut request.reason))?,
        edit: Box::new(parse::edit(&request)?),
    };
    let rollout = order(&grpc, requester, &request.id, edit).await?;
    Ok(pb::EditRolloutResponse {
        rollout: Some(rollout),
    })
}

pub(super) async fn delete(
    grpc: Grpc,
    request: Request<pb::DeleteRolloutRequest>,
) -> Result<pb::DeleteRolloutResponse, Fault> {
    let (request, requester) = parse::command(request, |r| mem::take(&mut r.request_id))?;
    let id = parse::id(&request.id)?;
    let deleted = grpc.rollouts.delete(requester, &id).await;
    deleted.map_err(|error| fault(&error))?;
    Ok(pb::DeleteRolloutResponse {})
}

async fn order(
    grpc: &Grpc,
    requester: engine::Request,
    id: &str,
    order: Order,
) -> Result<pb::Rollout, Fault> {
    let id = parse::id(id)?;
    let after = grpc.rollouts.order(requester, &id, order).await;
    let after = after.map_err(|error| fault(&error))?;
    Ok(grpc.shown(&after))
}
