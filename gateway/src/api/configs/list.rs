//! Lists documents.

use axum::{Json, extract::State};
use http::HeaderMap;
use serde::Deserialize;
use utoipa::IntoParams;
use vortex_proto::config::v1::ListDocumentsRequest;
use vortex_rest::Documents;

use crate::{answer, clients::ConfigClient, extract::Query, problem::Problem};

/// Which documents are listed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Parameters {
    /// Restricts the list to this label.
    label: Option<String>,
    /// Only this application.
    app: Option<String>,
    /// The maximum number of items on the page, 1 to 1,000; 100 by default.
    page_size: Option<u32>,
    /// The `next_page_token` of the page before.
    page_token: Option<String>,
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
    answer::with_headers(config.list_documents(request)).await
}
