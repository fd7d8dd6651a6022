//! `/api/breaker`: the breaker, which stops automatic progress of rollouts after too many
//! rollbacks.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use vortex_proto::rollout::v1::{self as proto, GetBreakerRequest, ResetBreakerRequest};

use super::state::ApiState;
use crate::{
    answer::time::rfc3339,
    answer::{self, from_replies},
    clients::RolloutClient,
    extract::{Command, IdempotencyKey, NoQuery, parameters},
    problem::Problem,
    span::Span,
};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(get))
        .routes(routes!(reset))
}

/// How the breaker stands.
#[derive(Debug, Serialize, ToSchema)]
struct Breaker {
    /// Nothing starts or promotes by itself.
    open: bool,
    /// Since when; null while it is closed.
    opened_at: Option<String>,
    /// Automatic rollbacks within the window.
    rollbacks: Vec<Rollback>,
    /// How many are too many.
    max_rollbacks: u32,
    window: Option<Span>,
    /// Who reset it last; empty when it was never reset.
    reset_by: String,
    reset_at: Option<String>,
}

/// An automatic rollback that the breaker counts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BreakerRollback)]
struct Rollback {
    /// The rollout.
    id: String,
    time: Option<String>,
}

from_replies!(
    Breaker = breaker of
    proto::GetBreakerResponse,
    proto::ResetBreakerResponse,
);

impl From<proto::Breaker> for Breaker {
    fn from(breaker: proto::Breaker) -> Self {
        Self {
            open: breaker.open,
            opened_at: rfc3339(breaker.opened_at),
            rollbacks: breaker.rollbacks.into_iter().map(Rollback::from).collect(),
            max_rollbacks: breaker.max_rollbacks,
            window: Span::of(breaker.window),
            reset_by: breaker.reset_by,
            reset_at: rfc3339(breaker.reset_at),
        }
    }
}

impl From<proto::BreakerRollback> for Rollback {
    fn from(rollback: proto::BreakerRollback) -> Self {
        Self {
            id: rollback.id,
            time: rfc3339(rollback.time),
        }
    }
}

parameters! {
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
/// Rollouts go on by themselves again.
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
