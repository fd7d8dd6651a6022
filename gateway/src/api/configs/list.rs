//! Lists documents.

use axum::{Json, extract::State};
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use vortex_proto::config::v1::{Document, ListDocumentsRequest, ListDocumentsResponse};

use crate::{
    answer, answer::time::rfc3339, clients::ConfigClient, extract::Query, problem::Problem,
};

/// Which documents are listed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Parameters {
    /// Only this label.
    label: Option<String>,
    /// Only this application.
    app: Option<String>,
    /// At most so many, 1 to 1,000; 100 when left out.
    page_size: Option<u32>,
    /// The `next_page_token` of the page before.
    page_token: Option<String>,
}

/// A page of documents, by label and path.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Documents {
    documents: Vec<Metadata>,
    /// Where the next page begins; empty at the end.
    next_page_token: String,
}

impl From<ListDocumentsResponse> for Documents {
    fn from(reply: ListDocumentsResponse) -> Self {
        Self {
            documents: reply.documents.into_iter().map(Metadata::from).collect(),
            next_page_token: reply.next_page_token,
        }
    }
}

/// A document without its content.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Document)]
pub(super) struct Metadata {
    label: String,
    path: String,
    /// The application it was written for; absent for files of a source.
    #[serde(skip_serializing_if = "String::is_empty")]
    app: String,
    /// The profile it was written for; absent for files of a source.
    #[serde(skip_serializing_if = "String::is_empty")]
    profile: String,
    media_type: String,
    /// The stable version; empty when there is none.
    version: String,
    /// SHA-256 of the stable content, in hex.
    digest: String,
    /// Bytes of the stable content.
    size: u64,
    /// When the stable version was written.
    written_at: Option<String>,
    /// What keeps the document from being served; absent when nothing does.
    #[serde(skip_serializing_if = "String::is_empty")]
    defect: String,
    /// Versions kept.
    versions: u32,
}

impl From<Document> for Metadata {
    fn from(document: Document) -> Self {
        Self {
            label: document.label,
            path: document.path,
            app: document.app,
            profile: document.profile,
            media_type: document.media_type,
            version: document.version,
            digest: document.digest,
            size: document.size,
            written_at: rfc3339(document.written_at),
            defect: document.defect,
            versions: document.versions,
        }
    }
}

/// List documents
#[utoipa::path(
    get,
    path = "/api/configs",
    operation_id = "listDocuments",
    tag = "configs",
    params(Parameters),
    responses((status = 200, description = "A page", body = Documents)),
)]
pub(super) async fn list(
    State(mut config): State<ConfigClient>,
    Query(parameters): Query<Parameters>,
) -> Result<(HeaderMap, Json<Documents>), Problem> {
    let request = ListDocumentsRequest {
        label: parameters.label.unwrap_or_default(),
        app: parameters.app.unwrap_or_default(),
        page_size: parameters.page_size.unwrap_or_default(),
        page_token: parameters.page_token.unwrap_or_default(),
    };
    answer::stamped(config.list_documents(request)).await
}
