//! Lists the versions of a document.

use axum::{Json, extract::State};
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use vortex_proto::config::v1::{ListVersionsRequest, ListVersionsResponse, Version};

use crate::{
    answer,
    answer::time::rfc3339,
    api::{changes::State as ChangeState, target::Target},
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
    /// At most so many, 1 to 1,000; 100 when left out.
    page_size: Option<u32>,
    /// The `next_page_token` of the page before.
    page_token: Option<String>,
}

/// A page of versions, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Versions {
    versions: Vec<Metadata>,
    /// Where the next page begins; empty at the end.
    next_page_token: String,
}

impl From<ListVersionsResponse> for Versions {
    fn from(reply: ListVersionsResponse) -> Self {
        Self {
            versions: reply.versions.into_iter().map(Metadata::from).collect(),
            next_page_token: reply.next_page_token,
        }
    }
}

/// One version of a document.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Version)]
pub(super) struct Metadata {
    /// Its name: that of the change set that wrote it.
    version: String,
    /// SHA-256 of the content, in hex; empty for a deletion.
    digest: String,
    /// Bytes of the content.
    size: u64,
    /// Whether the version is a deletion.
    deleted: bool,
    /// Whether it is what is served.
    stable: bool,
    state: ChangeState,
    /// The rollout that was rolled back with it; empty unless it is `rolled_back`.
    rolled_back_by: String,
    written_at: Option<String>,
    /// Who wrote it, as the caller said.
    author: String,
    /// The authenticated caller.
    principal: String,
    /// Why, for people.
    message: String,
    /// The log's position at which it was written.
    sequence: u64,
}

impl From<Version> for Metadata {
    fn from(version: Version) -> Self {
        Self {
            state: version.state().into(),
            version: version.name,
            digest: version.digest,
            size: version.size,
            deleted: version.deleted,
            stable: version.stable,
            rolled_back_by: version.rolled_back_by,
            written_at: rfc3339(version.written_at),
            author: version.author,
            principal: version.principal,
            message: version.message,
            sequence: version.sequence,
        }
    }
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
    answer::stamped(config.list_versions(request)).await
}
