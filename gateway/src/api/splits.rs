//! `/api/splits`: staged change sets that part of all readers get, as config-svc stores them.

use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use vortex_proto::config::v1::{GetSplitRequest, ListSplitsRequest};
use vortex_rest::{SplitAnswer, Splits};

use super::state::ApiState;
use crate::{
    answer,
    clients::SplitClient,
    extract::{NoQuery, Path, Query},
    problem::Problem,
};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get))
}

/// Which splits are listed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Parameters {
    /// Restricts the list to this label.
    label: Option<String>,
    /// The maximum number of items on the page, 1 to 1,000; 100 by default.
    page_size: Option<u32>,
    /// The `next_page_token` of the page before.
    page_token: Option<String>,
}

/// List active splits
#[utoipa::path(
    get,
    path = "/api/splits",
    operation_id = "listSplits",
    tag = "rollouts",
    params(Parameters),
    responses((status = 200, description = "A page, by id", body = Splits)),
)]
async fn list(
    State(mut splits): State<SplitClient>,
    Query(parameters): Query<Parameters>,
) -> Result<Json<Splits>, Problem> {
    let request = ListSplitsRequest {
        label: parameters.label.unwrap_or_default(),
        page_size: parameters.page_size.unwrap_or_default(),
        page_token: parameters.page_token.unwrap_or_default(),
    };
    answer::json(splits.list_splits(request)).await
}

/// Read a split
///
/// Splits that ended in the last 30 days can be read too.
#[utoipa::path(
    get,
    path = "/api/splits/{id}",
    operation_id = "getSplit",
    tag = "rollouts",
    params(("id" = String, Path, description = "Its id, which is that of its rollout")),
    responses((status = 200, description = "The split", body = SplitAnswer)),
)]
async fn get(
    State(mut splits): State<SplitClient>,
    Path(id): Path<String>,
    _: NoQuery,
) -> Result<Json<SplitAnswer>, Problem> {
    answer::json(splits.get_split(GetSplitRequest { id })).await
}
