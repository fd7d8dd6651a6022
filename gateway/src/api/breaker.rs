//! `/api/breaker`: the breaker, which stops automatic progress of rollouts after too many
//! rollbacks.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use vortex_proto::rollout::v1::{self as proto, GetBreakerRequest, ResetBreakerRequest};
use vortex_rest::Span;

use crate::{
    api::answer::{self, from_replies},
    api::table::{Table, enter},
    extract::{Command, IdempotencyKey, NoQuery, Or, Query},
    problem::Problem,
    services::Services,
    time::rfc3339,
};

pub(super) fn routes<T: Table>(table: T) -> T {
    enter!(table, get, reset)
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

/// A reset; in the query or the body.
#[derive(Debug, Default, Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[schema(as = BreakerReset)]
struct Reset {
    /// Why.
    reason: Option<String>,
    /// As the header `Idempotency-Key`.
    request_id: Option<String>,
}

impl Or for Reset {
    fn or(self, other: Self) -> Self {
        Self {
            reason: self.reason.or(other.reason),
            request_id: self.request_id.or(other.request_id),
        }
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
    State(services): State<Services>,
    Query(NoQuery {}): Query<NoQuery>,
) -> Result<Json<Breaker>, Problem> {
    let reply = services
        .rollouts()
        .get_breaker(GetBreakerRequest {})
        .await?;
    Ok(Json(reply.into_inner().breaker.unwrap_or_default().into()))
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
        Reset,
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the call safe to repeat for 24 hours"),
    ),
    request_body = Option<Reset>,
    responses((status = 200, description = "The breaker after it", body = Breaker)),
)]
async fn reset(
    State(services): State<Services>,
    key: IdempotencyKey,
    Command(reset): Command<Reset>,
) -> Result<Json<Breaker>, Problem> {
    let request = ResetBreakerRequest {
        reason: reset.reason.unwrap_or_default(),
        request_id: key.or(reset.request_id)?,
    };
    answer::json(services.rollouts().reset_breaker(request)).await
}
