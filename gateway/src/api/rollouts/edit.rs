//! Changes settings of a rollout.

use axum::{Json as Answer, extract::State};
use vortex_proto::rollout::v1::{self as proto, EditRolloutRequest};
use vortex_rest::{Rollout, RolloutEdit};

use crate::{
    answer,
    clients::RolloutClient,
    extract::{IdempotencyKey, Json, NoQuery, Path},
    problem::Problem,
};

const LIMIT: usize = 16 * 1024;

/// Change settings of a rollout
///
/// Thresholds and other settings of the analysis, of a rollout that has not ended. They are in force
/// from the next slice on; the audit says each old and new value.
#[utoipa::path(
    patch,
    path = "/api/rollouts/{id}",
    operation_id = "editRollout",
    tag = "rollouts",
    params(
        ("id" = String, Path, description = "Its id"),
        IdempotencyKey,
    ),
    request_body = RolloutEdit,
    responses((status = 200, description = "The rollout after it", body = Rollout)),
)]
pub(super) async fn edit(
    State(mut rollouts): State<RolloutClient>,
    Path(id): Path<String>,
    _: NoQuery,
    key: IdempotencyKey,
    Json(mut edit): Json<RolloutEdit, LIMIT>,
) -> Result<Answer<Rollout>, Problem> {
    let request_id = key.or(edit.request_id.take())?;
    let on_failure = edit.on_failure.map(proto::OnFailure::from);
    let request = EditRolloutRequest {
        id,
        reason: edit.reason.unwrap_or_default(),
        request_id,
        thresholds: edit.thresholds.map(Into::into),
        analysis: edit.analysis.map(Into::into),
        on_failure: on_failure.unwrap_or_default().into(),
        resume_after_passes: edit.resume_after_passes,
    };
    answer::json(rollouts.edit_rollout(request)).await
}
