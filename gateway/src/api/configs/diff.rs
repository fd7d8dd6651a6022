//! Compares two versions of a document.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::IntoParams;
use vortex_kit::{compute::Compute, error::Fault};
use vortex_proto::config::v1::DiffVersionsRequest;
use vortex_rest::Diff;

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
    let is_large = bytes > json_text::AT_ONCE;
    let answer = compute.run_if_large(is_large, move |_| {
        let diff = Diff::try_from(reply).map_err(|error| Fault::internal(&error))?;
        Ok(Json(diff).into_response())
    });
    answer.await.map_err(Fault::from)?
}
