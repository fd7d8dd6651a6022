//! Makes a change set of many documents.

use axum::{Json as JsonAnswer, extract::State};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vortex_kit::error::Fault;
use vortex_proto::config::v1::{
    ApplyChangeRequest, ApplyChangeResponse, DocumentWrite, document_write,
};

use super::shape::ChangedDocument;
use crate::{
    answer,
    clients::ConfigClient,
    extract::{IdempotencyKey, Json},
    problem::Problem,
};

/// Ten thousand small documents, or a few of the largest.
const LIMIT: usize = 16 << 20;

/// A change set to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewChange)]
pub(super) struct Body {
    /// The label all documents are on; `main` when left out.
    label: Option<String>,
    /// The name the change set takes in all its documents; one is made when left out.
    version: Option<String>,
    /// Why, for people.
    message: Option<String>,
    /// Who made it, as the caller says.
    author: Option<String>,
    /// Stores without releasing: readers keep what they have.
    stage_only: Option<bool>,
    /// As the header `Idempotency-Key`.
    request_id: Option<String>,
    /// What is written and deleted, each path once; 10,000 at most.
    documents: Vec<Document>,
}

/// One document of a change set: `content`, or `delete: true`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDocument)]
pub(super) struct Document {
    /// A name with an extension: `order-service-prod.yml`.
    path: String,
    /// Its new content.
    content: Option<String>,
    /// `application/yaml`, `application/json` or `text/x-java-properties`; that of the extension
    /// when left out.
    media_type: Option<String>,
    /// Takes it away.
    delete: Option<bool>,
}

impl Document {
    /// Fails with `INVALID_ARGUMENT` unless it is exactly one of a write and a deletion.
    fn into_proto(self, place: usize) -> Result<DocumentWrite, Fault> {
        let change = match (self.content, self.delete.unwrap_or_default()) {
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
            path: self.path,
            media_type: self.media_type.unwrap_or_default(),
            change: Some(change),
        })
    }
}

/// What a change set did.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AppliedChange)]
pub(super) struct Applied {
    /// The change set's name.
    change: String,
    /// SHA-256 over its ordered paths and contents, in hex.
    digest: String,
    /// The log's position of the write.
    token: String,
    /// Whether the change set is new.
    created: bool,
    /// Its documents, in the order given.
    documents: Vec<ChangedDocument>,
}

impl From<ApplyChangeResponse> for Applied {
    fn from(reply: ApplyChangeResponse) -> Self {
        Self {
            change: reply.change,
            digest: reply.digest,
            token: reply.token,
            created: reply.created,
            documents: reply.documents.into_iter().map(Into::into).collect(),
        }
    }
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
    request_body = Body,
    responses(
        (status = 200, description = "It was made before", body = Applied),
        (status = 201, description = "It is new", body = Applied),
    ),
)]
pub(super) async fn apply(
    State(mut config): State<ConfigClient>,
    key: IdempotencyKey,
    Json(body): Json<Body, LIMIT>,
) -> Result<(StatusCode, JsonAnswer<Applied>), Problem> {
    let documents = body.documents.into_iter().enumerate();
    let documents = documents.map(|(place, document)| document.into_proto(place));
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
