//! Reads a document as it was written.

use axum::{extract::State, response::Response};
use http::{HeaderValue, header};
use serde::Deserialize;
use utoipa::IntoParams;
use vortex_proto::config::v1::GetDocumentRequest;

use crate::{
    answer::headers::HasHeaders,
    api::target::Target,
    clients::ConfigClient,
    extract::{IfNoneMatch, Path, Query},
    problem::Problem,
};

/// Which version is read.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Parameters {
    /// The label; `main` when left out.
    label: Option<String>,
    /// The version; the stable one when left out.
    version: Option<String>,
    /// Never answer older than this token.
    min_token: Option<String>,
}

/// Read a document as it was written
///
/// The body is the document's own bytes; everything else is in the headers.
#[utoipa::path(
    get,
    path = "/api/configs/{app}/{profile}",
    operation_id = "getDocument",
    tag = "configs",
    params(
        Target,
        Parameters,
        ("If-None-Match" = Option<String>, Header, description = "The digest the caller holds"),
    ),
    responses(
        (
            status = 200,
            description = "The document",
            content(
                (String = "application/yaml"),
                (String = "application/json"),
                (String = "text/x-java-properties"),
            ),
            headers(
                ("ETag" = String, description = "The digest"),
                ("X-Vortex-Version" = String, description = "The version"),
                ("X-Vortex-Revision" = String, description = "The token"),
            ),
        ),
        (status = 304, description = "The caller holds it"),
    ),
)]
pub(super) async fn get(
    State(mut config): State<ConfigClient>,
    Path(target): Path<Target>,
    Query(parameters): Query<Parameters>,
    held: IfNoneMatch,
) -> Result<Response, Problem> {
    let request = GetDocumentRequest {
        document: Some(target.document(parameters.label)),
        version: parameters.version.unwrap_or_default(),
        min_token: parameters.min_token.unwrap_or_default(),
    };
    let reply = config.get_document(request).await?.into_inner();
    let media_type = HeaderValue::from_str(&reply.media_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    // a document has any content its writer chose: browsers must not take it for a page
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
    ];
    let content = reply.content.clone();
    Ok(reply.headers().answer(&held, || (headers, content)))
}
