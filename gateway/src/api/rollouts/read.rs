//! Reads a rollout.

use axum::{Json, extract::State};
use vortex_proto::rollout::v1::{GetAnalysisRequest, GetRolloutRequest};
use vortex_rest::{AnalysisStatus, Rollout};

use crate::{
    api::answer,
    extract::{NoQuery, Path, Query},
    problem::Problem,
    services::Services,
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
    State(services): State<Services>,
    Path(id): Path<String>,
    Query(NoQuery {}): Query<NoQuery>,
) -> Result<Json<Rollout>, Problem> {
    answer::json(services.rollouts().get_rollout(GetRolloutRequest { id })).await
}

/// Read how the analysis of a rollout stands
#[utoipa::path(
    get,
    path = "/api/rollouts/{id}/analysis",
    operation_id = "getRolloutAnalysis",
    tag = "rollouts",
    params(("id" = String, Path, description = "The rollout's id")),
    responses((status = 200, description = "The analysis", body = AnalysisStatus)),
)]
pub(super) async fn analysis(
    State(services): State<Services>,
    Path(id): Path<String>,
    Query(NoQuery {}): Query<NoQuery>,
) -> Result<Json<AnalysisStatus>, Problem> {
    let request = GetAnalysisRequest { id };
    answer::json(services.rollouts().get_analysis(request)).await
}
