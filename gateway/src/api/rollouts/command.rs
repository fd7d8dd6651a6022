//! Commands to rollouts.

use axum::{Json, extract::State, response::Response};
use http::StatusCode;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use vortex_proto::rollout::v1::{
    self as proto, CompleteRolloutRequest, DeleteRolloutRequest, PauseRolloutRequest,
    PromoteRolloutRequest, ResumeRolloutRequest, RevertRolloutRequest, RollBackRolloutRequest,
    StartRolloutRequest,
};
use vortex_rest::{Rollout, RolloutStrategy};

use super::created;
use crate::{
    api::answer,
    extract::{Command as Given, IdempotencyKey, NoQuery, Or, Path, Query},
    problem::Problem,
    services::Services,
};

/// A command; in the query or the body.
#[derive(Debug, Default, Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[schema(as = RolloutCommand)]
pub(super) struct Command {
    /// Why, for the audit.
    reason: Option<String>,
    /// As the header `Idempotency-Key`.
    request_id: Option<String>,
}

impl Or for Command {
    fn or(self, other: Self) -> Self {
        Self {
            reason: self.reason.or(other.reason),
            request_id: self.request_id.or(other.request_id),
        }
    }
}

/// A promotion; in the query or the body.
#[derive(Debug, Default, Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[schema(as = RolloutPromotion)]
pub(super) struct Promotion {
    /// Why, for the audit.
    reason: Option<String>,
    /// As the header `Idempotency-Key`.
    request_id: Option<String>,
    /// The stage it must be at, from 0.
    expected_stage: Option<u32>,
}

impl Or for Promotion {
    fn or(self, other: Self) -> Self {
        Self {
            reason: self.reason.or(other.reason),
            request_id: self.request_id.or(other.request_id),
            expected_stage: self.expected_stage.or(other.expected_stage),
        }
    }
}

/// A revert; in the query or the body.
#[derive(Debug, Default, Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[schema(as = RolloutRevert)]
pub(super) struct Revert {
    /// Why, for the audit.
    reason: Option<String>,
    /// As the header `Idempotency-Key`.
    request_id: Option<String>,
    /// `immediate` when left out.
    #[param(inline)]
    strategy: Option<RolloutStrategy>,
}

impl Or for Revert {
    fn or(self, other: Self) -> Self {
        Self {
            reason: self.reason.or(other.reason),
            request_id: self.request_id.or(other.request_id),
            strategy: self.strategy.or(other.strategy),
        }
    }
}

/// The commands that take no more than a reason; they differ in their names alone.
macro_rules! commands {
    ($($(#[$doc:meta])+ $name:ident $path:literal $id:literal $request:ident $call:ident;)+) => {$(
        $(#[$doc])+
        #[utoipa::path(
            post,
            path = $path,
            operation_id = $id,
            tag = "rollouts",
            params(
                ("id" = String, Path, description = "Its id"),
                Command,
                ("Idempotency-Key" = Option<String>, Header, description = "Makes the call safe to repeat for 24 hours"),
            ),
            request_body = Option<Command>,
            responses((status = 200, description = "The rollout after it", body = Rollout)),
        )]
        pub(super) async fn $name(
            State(services): State<Services>,
            Path(id): Path<String>,
            key: IdempotencyKey,
            Given(command): Given<Command>,
        ) -> Result<Json<Rollout>, Problem> {
            let request = $request {
                id,
                reason: command.reason.unwrap_or_default(),
                request_id: key.or(command.request_id)?,
            };
            answer::json(services.rollouts().$call(request)).await
        }
    )+};
}

commands! {
    /// Start a created rollout
    start "/api/rollouts/{id}/start" "startRollout" StartRolloutRequest start_rollout;

    /// Pause a rollout
    ///
    /// Keeps the share as it is. What fails still rolls back.
    pause "/api/rollouts/{id}/pause" "pauseRollout" PauseRolloutRequest pause_rollout;

    /// Go on after a pause
    resume "/api/rollouts/{id}/resume" "resumeRollout" ResumeRolloutRequest resume_rollout;

    /// Give everybody stable again
    rollback "/api/rollouts/{id}/rollback" "rollBackRollout" RollBackRolloutRequest roll_back_rollout;

    /// Make the change set stable at once
    complete "/api/rollouts/{id}/complete" "completeRollout" CompleteRolloutRequest complete_rollout;
}

/// Go to the next stage
///
/// Completes from the last; ends a pause.
#[utoipa::path(
    post,
    path = "/api/rollouts/{id}/promote",
    operation_id = "promoteRollout",
    tag = "rollouts",
    params(
        ("id" = String, Path, description = "Its id"),
        Promotion,
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the call safe to repeat for 24 hours"),
    ),
    request_body = Option<Promotion>,
    responses((status = 200, description = "The rollout after it", body = Rollout)),
)]
pub(super) async fn promote(
    State(services): State<Services>,
    Path(id): Path<String>,
    key: IdempotencyKey,
    Given(promotion): Given<Promotion>,
) -> Result<Json<Rollout>, Problem> {
    let request = PromoteRolloutRequest {
        id,
        reason: promotion.reason.unwrap_or_default(),
        request_id: key.or(promotion.request_id)?,
        expected_stage: promotion.expected_stage,
    };
    answer::json(services.rollouts().promote_rollout(request)).await
}

/// Take back what a completed rollout changed
///
/// By a rollout in the other direction, which is started.
#[utoipa::path(
    post,
    path = "/api/rollouts/{id}/revert",
    operation_id = "revertRollout",
    tag = "rollouts",
    params(
        ("id" = String, Path, description = "The completed rollout's id"),
        Revert,
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the call safe to repeat for 24 hours"),
    ),
    request_body = Option<Revert>,
    responses((
        status = 201,
        description = "The rollout that takes it back",
        body = Rollout,
        headers(("Location" = String, description = "Where it is")),
    )),
)]
pub(super) async fn revert(
    State(services): State<Services>,
    Path(id): Path<String>,
    key: IdempotencyKey,
    Given(revert): Given<Revert>,
) -> Result<Response, Problem> {
    let strategy = revert.strategy.map(proto::Strategy::from);
    let request = RevertRolloutRequest {
        id,
        reason: revert.reason.unwrap_or_default(),
        request_id: key.or(revert.request_id)?,
        strategy: strategy.unwrap_or_default().into(),
    };
    let reply = services.rollouts().revert_rollout(request).await?;
    Ok(created(reply.into_inner().rollout.unwrap_or_default()))
}

/// Delete a rollout that was never started
#[utoipa::path(
    delete,
    path = "/api/rollouts/{id}",
    operation_id = "deleteRollout",
    tag = "rollouts",
    params(
        ("id" = String, Path, description = "Its id"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the call safe to repeat for 24 hours"),
    ),
    responses((status = 204, description = "It is deleted")),
)]
pub(super) async fn delete(
    State(services): State<Services>,
    Path(id): Path<String>,
    Query(NoQuery {}): Query<NoQuery>,
    IdempotencyKey(request_id): IdempotencyKey,
) -> Result<StatusCode, Problem> {
    let request = DeleteRolloutRequest { id, request_id };
    services.rollouts().delete_rollout(request).await?;
    Ok(StatusCode::NO_CONTENT)
}
