//! `/api/breaker`: the breaker, which stops automatic progress of rollouts after too many
//! rollbacks.

use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use vortex_proto::rollout::v1::{GetBreakerRequest, ResetBreakerRequest};
use vortex_rest::Breaker;

use crate::{
    api::answer,
    api::table::{Table, enter},
    extract::{Command, IdempotencyKey, NoQuery, Or, Query},
    problem::Problem,
    services::Services,
};

pub(super) fn routes<T: Table>(table: T) -> T {
    enter!(table, get, reset)
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
    answer::json(services.rollouts().get_breaker(GetBreakerRequest {})).await
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
