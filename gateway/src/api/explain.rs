//! `/api/explain`: where each value comes from.

use axum::{Json, extract::State, response::Response};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use vortex_kit::{compute::Compute, error::Fault};
use vortex_proto::config::v1::ExplainConfigRequest;
use vortex_rest::Explanation;

use super::{state::ApiState, target::Target};
use crate::{
    answer::headers::AnswerHeaders,
    clients::ConfigClient,
    extract::{Path, Query, Reader},
    problem::Problem,
};

/// Explanations of at most so many values are written on the request's own thread.
const AT_ONCE: usize = 1_000;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(explain))
}

/// Which values are explained.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Parameters {
    /// The label; `main` when left out.
    label: Option<String>,
    /// Only this key, and those below it; all when left out.
    path: Option<String>,
    /// The subject (user, session, request) that is served; takes precedence over `X-Vortex-Key`.
    key: Option<String>,
    /// The instance that asks, for trying out; takes precedence over the request's own.
    instance: Option<String>,
    /// Never answer older than this token.
    min_token: Option<String>,
}

/// Explain where values come from
///
/// For each key, the document, version, line and column that it comes from, and the values that it
/// hides; for each split, the reader's bucket and arm.
#[utoipa::path(
    get,
    path = "/api/explain/{app}/{profile}",
    operation_id = "explainConfig",
    tag = "configuration",
    params(Target, Parameters),
    responses((status = 200, description = "Where the values come from", body = Explanation)),
)]
async fn explain(
    State(mut config): State<ConfigClient>,
    State(compute): State<Compute>,
    Path(target): Path<Target>,
    Query(parameters): Query<Parameters>,
    reader: Reader,
) -> Result<Response, Problem> {
    let reader = reader.with_query(parameters.instance, parameters.key)?;
    let profiles = target.profiles();
    let request = ExplainConfigRequest {
        app: target.app,
        profiles,
        label: parameters.label.unwrap_or_default(),
        path: parameters.path.unwrap_or_default(),
        min_token: parameters.min_token.unwrap_or_default(),
        instance: reader.instance.text,
        key: reader.key.text,
    };
    let reply = config.explain_config(request).await?.into_inner();
    let is_large = reply.values.len() > AT_ONCE;
    let answer = compute.run_if_large(is_large, move |_| {
        let explanation = Explanation::try_from(reply).map_err(|error| Fault::internal(&error))?;
        let head = AnswerHeaders {
            version: &explanation.version,
            token: &explanation.token,
            ..AnswerHeaders::default()
        };
        Ok(head.on(Json(&explanation)))
    });
    answer.await.map_err(Fault::from)?
}
