//! Writes a document.

use axum::{Json, extract::State};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use utoipa::IntoParams;
use vortex_kit::error::Fault;
use vortex_proto::config::v1::PutDocumentRequest;
use vortex_rest::Written;

use super::content::Content;
use crate::{
    answer,
    answer::headers::HasHeaders,
    api::target::Target,
    clients::ConfigClient,
    extract::{IdempotencyKey, IfMatch, IfNoneMatch, Path, Query},
    problem::Problem,
};

/// How a document is written.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Parameters {
    /// The label; `main` when left out.
    label: Option<String>,
    /// The version's name; one is made of the content when left out.
    version: Option<String>,
    /// Stores without releasing: readers keep what they have.
    stage_only: Option<bool>,
    /// Why, for people.
    message: Option<String>,
    /// Who wrote it, as the caller says.
    author: Option<String>,
    /// Accepts an empty body and writes a document without content. By default an empty body is
    /// refused, since a failed command may send one.
    allow_empty: Option<bool>,
}

/// Write the document of an application and profile
///
/// The same content under the same version is the same write: 200 instead of 201.
#[utoipa::path(
    put,
    path = "/api/configs/{app}/{profile}",
    operation_id = "putDocument",
    tag = "configs",
    params(
        Target,
        Parameters,
        ("If-Match" = Option<String>, Header, description = "The digest of the stable version, or `*` when there has to be one"),
        ("If-None-Match" = Option<String>, Header, description = "`*` when there must be no stable version yet"),
        IdempotencyKey,
    ),
    request_body(content(
        (String = "application/yaml"),
        (String = "application/json"),
        (String = "text/x-java-properties"),
    ), description = "The document, 1 MiB at most"),
    responses(
        (status = 200, description = "It was written before", body = Written),
        (status = 201, description = "It is a new version", body = Written),
    ),
)]
pub(super) async fn put(
    State(mut config): State<ConfigClient>,
    Path(target): Path<Target>,
    Query(parameters): Query<Parameters>,
    IfMatch(if_match): IfMatch,
    if_none_match: IfNoneMatch,
    IdempotencyKey(request_id): IdempotencyKey,
    content: Content,
) -> Result<(StatusCode, HeaderMap, Json<Written>), Problem> {
    if content.bytes.is_empty() && !parameters.allow_empty.unwrap_or_default() {
        return Err(empty().into());
    }
    let request = PutDocumentRequest {
        document: Some(target.document(parameters.label)),
        content: content.bytes,
        media_type: content.media_type.to_owned(),
        version: parameters.version.unwrap_or_default(),
        message: parameters.message.unwrap_or_default(),
        author: parameters.author.unwrap_or_default(),
        stage_only: parameters.stage_only.unwrap_or_default(),
        if_match,
        if_none_match: if_none_match.for_write()?,
        request_id,
    };
    let reply = config.put_document(request).await?.into_inner();
    let status = answer::written(reply.created);
    Ok((status, reply.headers().to_map(), Json(reply.into())))
}

fn empty() -> Fault {
    Fault::invalid(
        "body",
        "is empty; allow_empty=true in the query writes a document without content",
    )
}
