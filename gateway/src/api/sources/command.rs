//! Commands to sources.

use axum::{Json as JsonAnswer, extract::State};
use vortex_proto::config::v1::{ApproveSourceRequest, DetachSourceRequest, SyncSourceRequest};
use vortex_rest::{Approval, Detached, Source};

use crate::{
    answer,
    clients::SourceClient,
    extract::{Json, NoQuery, Path},
    problem::Problem,
};

const LIMIT: usize = 64 * 1024;

/// Read a source now
///
/// Answers when the source was read.
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

/// Approve a commit that waits because it removes more than half of a label
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

/// Detach the labels of a source that is no longer configured
///
/// They keep their documents, and accept other writes from then on.
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
