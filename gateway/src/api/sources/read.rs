//! Reads sources.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use vortex_proto::config::v1::{GetSourceRequest, ListSourcesRequest, ListSourcesResponse};

use super::shape::Source;
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
    /// At most so many; 100 when left out.
    page_size: Option<u32>,
    /// The `next_page_token` of the page before.
    page_token: Option<String>,
}

/// A page of sources, by name.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Sources {
    sources: Vec<Source>,
    /// Where the next page begins; empty at the end.
    next_page_token: String,
}

impl From<ListSourcesResponse> for Sources {
    fn from(reply: ListSourcesResponse) -> Self {
        Self {
            sources: reply.sources.into_iter().map(Source::from).collect(),
            next_page_token: reply.next_page_token,
        }
    }
}

/// List sources and how they stand
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
