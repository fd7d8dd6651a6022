//! Makes a change set of many documents.

use axum::{Json as JsonAnswer, extract::State};
use http::StatusCode;
use vortex_kit::error::Fault;
use vortex_proto::config::v1::{ApplyChangeRequest, DocumentWrite, document_write};
use vortex_rest::{AppliedChange, NewChange, NewDocument};

use crate::{
    answer,
    clients::ConfigClient,
    extract::{IdempotencyKey, Json},
    problem::Problem,
};

/// Limit of the body, in bytes: ten thousand small documents, or a few of the largest.
const LIMIT: usize = 16 << 20;

/// Fails with `INVALID_ARGUMENT` unless the document is either a write or a deletion.
fn to_proto(place: usize, document: NewDocument) -> Result<DocumentWrite, Fault> {
    let change = match (document.content, document.delete.unwrap_or_default()) {
        (Some(content), false) => document_write::Change::Content(content.into()),
        (None, true) => document_write::Change::Delete(true),
        _ => {
            let field = format!("documents[{place}]");
            return Err(Fault::invalid(
                field,
                "needs either content or delete: true",
            ));
        }
    };
    Ok(DocumentWrite {
        path: document.path,
        media_type: document.media_type.unwrap_or_default(),
        change: Some(change),
    })
}

/// Make a change set of many documents
///
/// All or nothing: readers see every document of it or none.
#[utoipa::path(
    post,
    path = "/api/changes",
    operation_id = "applyChange",
    tag = "changes",
    params(IdempotencyKey),
    request_body = NewChange,
    responses(
        (status = 200, description = "It was made before", body = AppliedChange),
        (status = 201, description = "It is new", body = AppliedChange),
    ),
)]
pub(super) async fn apply(
    State(mut config): State<ConfigClient>,
    key: IdempotencyKey,
    Json(body): Json<NewChange, LIMIT>,
) -> Result<(StatusCode, JsonAnswer<AppliedChange>), Problem> {
    let documents = body.documents.into_iter().enumerate();
    let documents = documents.map(|(place, document)| to_proto(place, document));
    let request = ApplyChangeRequest {
        documents: documents.collect::<Result<_, _>>()?,
        label: body.label.unwrap_or_default(),
        version: body.version.unwrap_or_default(),
        message: body.message.unwrap_or_default(),
        author: body.author.unwrap_or_default(),
        stage_only: body.stage_only.unwrap_or_default(),
        request_id: key.or(body.request_id)?,
    };
    let reply = config.apply_change(request).await?.into_inner();
    let status = answer::written(reply.created);
    Ok((status, JsonAnswer(reply.into())))
}
