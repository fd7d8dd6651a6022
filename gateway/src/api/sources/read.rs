//! Reads sources.

use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::IntoParams;
use vortex_proto::config::v1::{GetSourceRequest, ListSourcesRequest};
use vortex_rest::{Source, Sources};

use crate::{
    answer,
    clients::SourceClient,
    extract::{NoQuery, Path, Query},
    problem::Problem,
};

/// Which page is read.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Page {
    /// The maximum number of items on the page; 100 by default.
    page_size: Option<u32>,
    /// The `next_page_token` of the page before.
    page_token: Option<String>,
}

/// List sources and their state
#[utoipa::path(
    get,
    path = "/api/sources",
    operation_id = "listSources",
    tag = "sources",
    params(Page),
    responses((status = 200, description = "A page", body = Sources)),
)]
pub(super) async fn list(
    State(mut sources): State<SourceClient>,
    Query(page): Query<Page>,
) -> Result<Json<Sources>, Problem> {
    let request = ListSourcesRequest {
        page_size: page.page_size.unwrap_or_default(),
        page_token: page.page_token.unwrap_or_default(),
    };
    answer::json(sources.list_sources(request)).await
}

/// Read a source
#[utoipa::path(
    get,
    path = "/api/sources/{name}",
    operation_id = "getSource",
    tag = "sources",
    params(("name" = String, Path, description = "Its name")),
    responses((status = 200, description = "The source", body = Source)),
)]
pub(super) async fn get(
    State(mut sources): State<SourceClient>,
    Path(name): Path<String>,
    _: NoQuery,
) -> Result<Json<Source>, Problem> {
    answer::json(sources.get_source(GetSourceRequest { name })).await
}
