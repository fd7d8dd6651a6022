//! Reads a rollout.

use axum::{Json, extract::State};
use vortex_proto::rollout::v1::{GetAnalysisRequest, GetRolloutRequest};
use vortex_rest::{AnalysisStatus, Rollout};

use crate::{
    answer,
    clients::RolloutClient,
    extract::{NoQuery, Path},
    problem::Problem,
};

/// Read a rollout
#[utoipa::path(
    get,
    path = "/api/rollouts/{id}",
    operation_id = "getRollout",
    tag = "rollouts",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The rollout", body = Rollout)),
)]
pub(super) async fn get(
    State(mut rollouts): State<RolloutClient>,
    Path(id): Path<String>,
    _: NoQuery,
) -> Result<Json<Rollout>, Problem> {
    answer::json(rollouts.get_rollout(GetRolloutRequest { id })).await
}

/// Read the analysis of a rollout
#[utoipa::path(
    get,
    path = "/api/rollouts/{id}/analysis",
    operation_id = "getRolloutAnalysis",
    extensions(("x-vortex-rpc" = json!(["GetAnalysis"]))),
    tag = "rollouts",
    params(("id" = String, Path, description = "The rollout's id")),
    responses((status = 200, description = "The analysis", body = AnalysisStatus)),
)]
pub(super) async fn analysis(
    State(mut rollouts): State<RolloutClient>,
    Path(id): Path<String>,
    _: NoQuery,
) -> Result<Json<AnalysisStatus>, Problem> {
    let request = GetAnalysisRequest { id };
    answer::json(rollouts.get_analysis(request)).await
}
