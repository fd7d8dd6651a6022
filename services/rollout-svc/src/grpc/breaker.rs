//! Reads and resets the breaker.

use std::mem;

use tonic::Request;
use vortex_kit::error::Fault;
use vortex_proto::rollout::v1 as pb;

use super::{Grpc, convert, parse};
use crate::{domain::Breaker, error::fault};

pub(super) fn get(grpc: &Grpc) -> pb::GetBreakerResponse {
    pb::GetBreakerResponse {
        breaker: Some(now(grpc, &grpc.rollouts.breaker())),
    }
}

pub(super) async fn reset(
    grpc: Grpc,
    request: Request<pb::ResetBreakerRequest>,
) -> Result<pb::ResetBreakerResponse, Fault> {
    let (request, requester) = parse::command(request, |r| mem::take(&mut r.request_id))?;
    let reason = parse::reason(request.reason)?;
    let closed = grpc.rollouts.reset_breaker(requester, reason).await;
    let closed = closed.map_err(|error| fault(&error))?;
    Ok(pb::ResetBreakerResponse {
        breaker: Some(now(&grpc, &closed)),
    })
}

fn now(grpc: &Grpc, breaker: &Breaker) -> pb::Breaker {
    convert::breaker(breaker, grpc.limits, grpc.rollouts.now())
}
