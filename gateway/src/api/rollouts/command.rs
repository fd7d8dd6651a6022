//! Commands to rollouts.

use axum::{Json, extract::State, response::Response};
use http::StatusCode;
use vortex_proto::rollout::v1::{
    self as proto, CompleteRolloutRequest, DeleteRolloutRequest, PauseRolloutRequest,
    PromoteRolloutRequest, ResumeRolloutRequest, RevertRolloutRequest, RollBackRolloutRequest,
    StartRolloutRequest,
};
use vortex_rest::{Rollout, RolloutStrategy};

use super::created;
use crate::{
    answer,
    clients::RolloutClient,
    extract::{Command, IdempotencyKey, NoQuery, Path, command_parameters},
    problem::Problem,
};

command_parameters! {
    /// A command; in the query or the body.
    pub(super) struct RolloutCommand {
        /// Why, for the audit.
        reason: Option<String>,
    }
}

command_parameters! {
    /// A promotion; in the query or the body.
    pub(super) struct RolloutPromotion {
        /// Why, for the audit.
        reason: Option<String>,
        /// The stage it must be at, from 0.
        expected_stage: Option<u32>,
    }
}

command_parameters! {
    /// A revert; in the query or the body.
    pub(super) struct RolloutRevert {
        /// Why, for the audit.
        reason: Option<String>,
        /// `immediate` when left out.
        #[param(inline)]
        strategy: Option<RolloutStrategy>,
    }
}

/// Defines the commands that take only a reason; they differ only in their names.
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
                RolloutCommand,
                IdempotencyKey,
            ),
            request_body = Option<RolloutCommand>,
            responses((status = 200, description = "The rollout after it", body = Rollout)),
        )]
        pub(super) async fn $name(
            State(mut rollouts): State<RolloutClient>,
            Path(id): Path<String>,
            Command { given, request_id }: Command<RolloutCommand>,
        ) -> Result<Json<Rollout>, Problem> {
            let request = $request {
                id,
                reason: given.reason.unwrap_or_default(),
                request_id,
            };
            answer::json(rollouts.$call(request)).await
        }
    )+};
}

commands! {
    /// Start a created rollout
    start "/api/rollouts/{id}/start" "startRollout" StartRolloutRequest start_rollout;

    /// Pause a rollout
    ///
    /// Keeps the share as it is. A rollout that fails is still rolled back.
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
/// At the last stage, completes the rollout. Ends a pause.
#[utoipa::path(
    post,
    path = "/api/rollouts/{id}/promote",
    operation_id = "promoteRollout",
    tag = "rollouts",
    params(
        ("id" = String, Path, description = "Its id"),
        RolloutPromotion,
        IdempotencyKey,
    ),
    request_body = Option<RolloutPromotion>,
    responses((status = 200, description = "The rollout after it", body = Rollout)),
)]
pub(super) async fn promote(
    State(mut rollouts): State<RolloutClient>,
    Path(id): Path<String>,
    Command { given, request_id }: Command<RolloutPromotion>,
) -> Result<Json<Rollout>, Problem> {
    let request = PromoteRolloutRequest {
        id,
        reason: given.reason.unwrap_or_default(),
        request_id,
        expected_stage: given.expected_stage,
    };
    answer::json(rollouts.promote_rollout(request)).await
}

/// Take back what a completed rollout changed
///
/// Creates and starts a rollout in the other direction.
#[utoipa::path(
    post,
    path = "/api/rollouts/{id}/revert",
    operation_id = "revertRollout",
    tag = "rollouts",
    params(
        ("id" = String, Path, description = "The completed rollout's id"),
        RolloutRevert,
        IdempotencyKey,
    ),
    request_body = Option<RolloutRevert>,
    responses((
        status = 201,
        description = "The rollout that takes it back",
        body = Rollout,
        headers(("Location" = String, description = "Where it is")),
    )),
)]
pub(super) async fn revert(
    State(mut rollouts): State<RolloutClient>,
    Path(id): Path<String>,
    Command { given, request_id }: Command<RolloutRevert>,
) -> Result<Response, Problem> {
    let strategy = given.strategy.map(proto::Strategy::from);
    let request = RevertRolloutRequest {
        id,
        reason: given.reason.unwrap_or_default(),
        request_id,
        strategy: strategy.unwrap_or_default().into(),
    };
    let reply = rollouts.revert_rollout(request).await?;
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
        IdempotencyKey,
    ),
    responses((status = 204, description = "It is deleted")),
)]
pub(super) async fn delete(
    State(mut rollouts): State<RolloutClient>,
    Path(id): Path<String>,
    _: NoQuery,
    IdempotencyKey(request_id): IdempotencyKey,
) -> Result<StatusCode, Problem> {
    let request = DeleteRolloutRequest { id, request_id };
    rollouts.delete_rollout(request).await?;
    Ok(StatusCode::NO_CONTENT)
}
