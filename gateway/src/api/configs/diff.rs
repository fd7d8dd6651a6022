//! Compares two versions of a document.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};
use vortex_kit::{compute::Compute, error::Fault};
use vortex_proto::config::v1::{DiffVersionsRequest, DiffVersionsResponse};

use crate::{
    answer::json_text,
    api::target::Target,
    clients::ConfigClient,
    extract::{Path, Query},
    problem::Problem,
};

/// Which versions are compared.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Parameters {
    /// The label; `main` when left out.
    label: Option<String>,
    /// The older side; the stable version when left out.
    from: Option<String>,
    /// The newer side; the stable version when left out.
    to: Option<String>,
}

/// What differs between two versions.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Diff {
    from: String,
    to: String,
    /// RFC 6902 operations that make the newer side of the older.
    #[schema(value_type = Vec<Object>)]
    patch: Box<RawValue>,
    /// The older side as it was written.
    from_content: String,
    /// The newer side as it was written.
    to_content: String,
}

/// Compare two versions of a document
#[utoipa::path(
    get,
    path = "/api/configs/{app}/{profile}/diff",
    operation_id = "diffVersions",
    tag = "configs",
    params(Target, Parameters),
    responses((status = 200, description = "What differs", body = Diff)),
)]
pub(super) async fn diff(
    State(mut config): State<ConfigClient>,
    State(compute): State<Compute>,
    Path(target): Path<Target>,
    Query(parameters): Query<Parameters>,
) -> Result<Response, Problem> {
    let request = DiffVersionsRequest {
        document: Some(target.document(parameters.label)),
        from: parameters.from.unwrap_or_default(),
        to: parameters.to.unwrap_or_default(),
    };
    let reply = config.diff_versions(request).await?.into_inner();
    let bytes = reply.patch.len() + reply.from_content.len() + reply.to_content.len();
    let answer = compute.run_if_large(bytes > json_text::AT_ONCE, move |_| written(&reply));
    answer.await.map_err(Fault::from)?
}

fn written(reply: &DiffVersionsResponse) -> Result<Response, Problem> {
    let diff = Diff {
        patch: json_text::raw(&reply.patch)?,
        from: reply.from.clone(),
        to: reply.to.clone(),
        from_content: text(&reply.from_content),
        to_content: text(&reply.to_content),
    };
    Ok(Json(diff).into_response())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
