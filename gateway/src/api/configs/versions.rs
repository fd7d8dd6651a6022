//! Lists the versions of a document.

use axum::{Json, extract::State};
use http::HeaderMap;
use serde::Deserialize;
use utoipa::IntoParams;
use vortex_proto::config::v1::ListVersionsRequest;
use vortex_rest::Versions;

use crate::{
    answer,
    api::target::Target,
    clients::ConfigClient,
    extract::{Path, Query},
    problem::Problem,
};

/// Which versions are listed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Parameters {
    /// The label; `main` when left out.
    label: Option<String>,
    /// The maximum number of items on the page, 1 to 1,000; 100 by default.
    page_size: Option<u32>,
    /// The `next_page_token` of the page before.
    page_token: Option<String>,
}

/// List the versions kept of a document
#[utoipa::path(
    get,
    path = "/api/configs/{app}/{profile}/versions",
    operation_id = "listVersions",
    tag = "configs",
    params(Target, Parameters),
    responses((status = 200, description = "A page, newest first", body = Versions)),
)]
pub(super) async fn versions(
    State(mut config): State<ConfigClient>,
    Path(target): Path<Target>,
    Query(parameters): Query<Parameters>,
) -> Result<(HeaderMap, Json<Versions>), Problem> {
    let request = ListVersionsRequest {
        document: Some(target.document(parameters.label)),
        page_size: parameters.page_size.unwrap_or_default(),
        page_token: parameters.page_token.unwrap_or_default(),
    };
    answer::with_headers(config.list_versions(request)).await
}
