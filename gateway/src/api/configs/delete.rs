//! Deletes a document.

use axum::{Json, extract::State};
use http::HeaderMap;
use serde::Deserialize;
use utoipa::IntoParams;
use vortex_proto::config::v1::DeleteDocumentRequest;
use vortex_rest::Deleted;

use crate::{
    answer,
    api::target::Target,
    clients::ConfigClient,
    extract::{IdempotencyKey, IfMatch, Path, Query},
    problem::Problem,
};

/// How a document is deleted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Parameters {
    /// The label; `main` when left out.
    label: Option<String>,
    /// The name of the version that is the deletion; one is made when left out.
    version: Option<String>,
    /// Stages the deletion without releasing it.
    stage_only: Option<bool>,
    /// Why, for people.
    message: Option<String>,
    /// Who deleted it, as the caller says.
    author: Option<String>,
}

/// Delete the document of an application and profile
///
/// The deletion is a version like any other: releasing an earlier one undoes it.
#[utoipa::path(
    delete,
    path = "/api/configs/{app}/{profile}",
    operation_id = "deleteDocument",
    tag = "configs",
    params(
        Target,
        Parameters,
        ("If-Match" = Option<String>, Header, description = "The digest of the stable version"),
        IdempotencyKey,
    ),
    responses((status = 200, description = "It is deleted", body = Deleted)),
)]
pub(super) async fn delete(
    State(mut config): State<ConfigClient>,
    Path(target): Path<Target>,
    Query(parameters): Query<Parameters>,
    IfMatch(if_match): IfMatch,
    IdempotencyKey(request_id): IdempotencyKey,
) -> Result<(HeaderMap, Json<Deleted>), Problem> {
    let request = DeleteDocumentRequest {
        document: Some(target.document(parameters.label)),
        if_match,
        request_id,
        message: parameters.message.unwrap_or_default(),
        stage_only: parameters.stage_only.unwrap_or_default(),
        version: parameters.version.unwrap_or_default(),
        author: parameters.author.unwrap_or_default(),
    };
    answer::with_headers(config.delete_document(request)).await
}
