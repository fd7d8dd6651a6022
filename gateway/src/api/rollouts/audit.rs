//! What happened to a rollout.

use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::IntoParams;
use vortex_proto::rollout::v1::ListAuditRequest;
use vortex_rest::RolloutAudit;

use crate::{
    answer,
    clients::RolloutClient,
    extract::{Path, Query},
    problem::Problem,
};

/// Which page is read.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Page {
    /// The maximum number of items on the page, 1 to 1,000; 100 by default.
    page_size: Option<u32>,
    /// The `next_page_token` of the page before.
    page_token: Option<String>,
}

/// List what happened to a rollout
#[utoipa::path(
    get,
    path = "/api/rollouts/{id}/audit",
    operation_id = "listRolloutAudit",
    extensions(("x-vortex-rpc" = json!(["ListAudit"]))),
    tag = "rollouts",
    params(("id" = String, Path, description = "The rollout's id"), Page),
    responses((status = 200, description = "A page, oldest first", body = RolloutAudit)),
)]
pub(super) async fn audit(
    State(mut rollouts): State<RolloutClient>,
    Path(id): Path<String>,
    Query(page): Query<Page>,
) -> Result<Json<RolloutAudit>, Problem> {
    let request = ListAuditRequest {
        id,
        page_size: page.page_size.unwrap_or_default(),
        page_token: page.page_token.unwrap_or_default(),
    };
    answer::json(rollouts.list_audit(request)).await
}
