//! Reads a change set.

use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::IntoParams;
use vortex_proto::config::v1::GetChangeRequest;
use vortex_rest::ChangeAnswer;

use crate::{
    answer,
    clients::ConfigClient,
    extract::{Path, Query},
    problem::Problem,
};

/// Which change set is read.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Parameters {
    /// The label; `main` when left out.
    label: Option<String>,
    /// A path in it, where several change sets share the name; the newest of them when left out.
    path: Option<String>,
}

/// Read a change set
#[utoipa::path(
    get,
    path = "/api/changes/{name}",
    operation_id = "getChange",
    tag = "changes",
    params(("name" = String, Path, description = "Its name"), Parameters),
    responses((status = 200, description = "The change set", body = ChangeAnswer)),
)]
pub(super) async fn get(
    State(mut config): State<ConfigClient>,
    Path(name): Path<String>,
    Query(parameters): Query<Parameters>,
) -> Result<Json<ChangeAnswer>, Problem> {
    let request = GetChangeRequest {
        name,
        label: parameters.label.unwrap_or_default(),
        path: parameters.path.unwrap_or_default(),
    };
    answer::json(config.get_change(request)).await
}
