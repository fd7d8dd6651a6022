//! `/api/breaker`: the breaker, which stops automatic progress of rollouts after too many
//! rollbacks.

use axum::{Json, extract::State};
use utoipa_axum::{router::OpenApiRouter, routes};
use vortex_proto::rollout::v1::{GetBreakerRequest, ResetBreakerRequest};
use vortex_rest::Breaker;

use super::state::ApiState;
use crate::{
    answer,
    clients::RolloutClient,
    extract::{Command, IdempotencyKey, NoQuery, command_parameters},
    problem::Problem,
};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(get))
        .routes(routes!(reset))
}

command_parameters! {
    /// A reset; in the query or the body.
    struct BreakerReset {
        /// Why.
        reason: Option<String>,
    }
}

/// Read the breaker
#[utoipa::path(
    get,
    path = "/api/breaker",
    operation_id = "getBreaker",
    tag = "rollouts",
    responses((status = 200, description = "The breaker", body = Breaker)),
)]
async fn get(
    State(mut rollouts): State<RolloutClient>,
    _: NoQuery,
) -> Result<Json<Breaker>, Problem> {
    answer::json(rollouts.get_breaker(GetBreakerRequest {})).await
}

/// Close the breaker
///
/// Rollouts progress by themselves again.
#[utoipa::path(
    post,
    path = "/api/breaker/reset",
    operation_id = "resetBreaker",
    tag = "rollouts",
    params(
        BreakerReset,
        IdempotencyKey,
    ),
    request_body = Option<BreakerReset>,
    responses((status = 200, description = "The breaker after it", body = Breaker)),
)]
async fn reset(
    State(mut rollouts): State<RolloutClient>,
    Command { given, request_id }: Command<BreakerReset>,
) -> Result<Json<Breaker>, Problem> {
    let request = ResetBreakerRequest {
        reason: given.reason.unwrap_or_default(),
        request_id,
    };
    answer::json(rollouts.reset_breaker(request)).await
}
