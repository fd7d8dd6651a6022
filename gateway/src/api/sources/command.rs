//! Commands to sources.

use axum::{Json as JsonAnswer, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vortex_proto::config::v1::{
    ApproveSourceRequest, DetachSourceRequest, DetachSourceResponse, SyncSourceRequest,
};

use super::shape::Source;
use crate::{
    answer,
    clients::SourceClient,
    extract::{Json, NoQuery, Path},
    problem::Problem,
};

const LIMIT: usize = 64 * 1024;

/// What an operator has seen and lets through.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Approval {
    /// The label.
    label: String,
    /// The commit that waits.
    commit: String,
}

/// The labels that a source was detached from.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Detached {
    /// Their names, also where it was done before.
    labels: Vec<String>,
}

impl From<DetachSourceResponse> for Detached {
    fn from(reply: DetachSourceResponse) -> Self {
        Self {
            labels: reply.labels,
        }
    }
}

/// Read a source now
///
/// Answers when that is done.
#[utoipa::path(
    post,
    path = "/api/sources/{name}/sync",
    operation_id = "syncSource",
    tag = "sources",
    params(("name" = String, Path, description = "Its name")),
    responses((status = 200, description = "The source after it was read", body = Source)),
)]
pub(super) async fn sync(
    State(mut sources): State<SourceClient>,
    Path(name): Path<String>,
    _: NoQuery,
) -> Result<JsonAnswer<Source>, Problem> {
    answer::json(sources.sync_source(SyncSourceRequest { name })).await
}

/// Let through what waits because it removes more than half of a label
#[utoipa::path(
    post,
    path = "/api/sources/{name}/approve",
    operation_id = "approveSource",
    tag = "sources",
    params(("name" = String, Path, description = "Its name")),
    request_body = Approval,
    responses((status = 200, description = "The source after the approval", body = Source)),
)]
pub(super) async fn approve(
    State(mut sources): State<SourceClient>,
    Path(name): Path<String>,
    _: NoQuery,
    Json(approval): Json<Approval, LIMIT>,
) -> Result<JsonAnswer<Source>, Problem> {
    let request = ApproveSourceRequest {
        name,
        label: approval.label,
        commit: approval.commit,
    };
    answer::json(sources.approve_source(request)).await
}

/// Let the labels go of a source that is no longer configured
///
/// They keep their documents, and take other writes from then on.
#[utoipa::path(
    post,
    path = "/api/sources/{name}/detach",
    operation_id = "detachSource",
    tag = "sources",
    params(("name" = String, Path, description = "Its name")),
    responses((status = 200, description = "The labels that were let go", body = Detached)),
)]
pub(super) async fn detach(
    State(mut sources): State<SourceClient>,
    Path(name): Path<String>,
    _: NoQuery,
) -> Result<JsonAnswer<Detached>, Problem> {
    answer::json(sources.detach_source(DetachSourceRequest { name })).await
}
