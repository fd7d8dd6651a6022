//! `/api/effective`: what an application gets, merged.

use axum::{Json, extract::State, response::Response};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use vortex_kit::{compute::Compute, error::Fault};
use vortex_proto::config::v1::GetConfigRequest;
use vortex_rest::Effective;

use super::{state::ApiState, target::Target};
use crate::{
    answer::{effective, headers::AnswerHeaders, json_text},
    clients::ConfigClient,
    extract::{IfNoneMatch, Path, Query, Reader},
    problem::Problem,
    views::Views,
};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(effective))
}

/// Who asks, and for what.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Parameters {
    /// The label; `main` when left out.
    pub(super) label: Option<String>,
    /// The subject (user, session, request) that is served; takes precedence over `X-Vortex-Key`.
    pub(super) key: Option<String>,
    /// The instance that asks, for trying out; takes precedence over the request's own.
    pub(super) instance: Option<String>,
    /// Never answer older than this token.
    pub(super) min_token: Option<String>,
}

/// Read an effective configuration
///
/// The documents of the application and profiles, merged by precedence.
#[utoipa::path(
    get,
    path = "/api/effective/{app}/{profile}",
    operation_id = "getConfig",
    tag = "configuration",
    params(
        Target,
        Parameters,
        ("If-None-Match" = Option<String>, Header, description = "The digest the caller holds"),
        ("X-Vortex-Instance" = Option<String>, Header, description = "The instance that asks; the client's address when left out"),
        ("X-Vortex-Key" = Option<String>, Header, description = "The subject (user, session, request) that is served"),
    ),
    responses(
        (
            status = 200,
            description = "The configuration",
            body = Effective,
            headers(
                ("ETag" = String, description = "The digest"),
                ("X-Vortex-Version" = String, description = "The version"),
                ("X-Vortex-Revision" = String, description = "The token"),
            ),
        ),
        (status = 304, description = "The caller holds it"),
    ),
)]
async fn effective(
    State(mut config): State<ConfigClient>,
    State(views): State<Views>,
    State(compute): State<Compute>,
    Path(target): Path<Target>,
    Query(parameters): Query<Parameters>,
    reader: Reader,
    held: IfNoneMatch,
) -> Result<Response, Problem> {
    let reader = reader.with_query(parameters.instance, parameters.key)?;
    let taken_from = reader.taken_from();
    let request = GetConfigRequest {
        profiles: target.profiles(),
        app: target.app,
        label: parameters.label.unwrap_or_default(),
        instance: reader.instance.text,
        key: reader.key.text,
        min_token: parameters.min_token.unwrap_or_default(),
    };
    let reply = views.config(&mut config, request).await?;
    let is_large = reply.config.len() > json_text::AT_ONCE;
    let answer = compute.run_if_large(is_large, move |_| {
        let source_age = reply.source_age.clone();
        let effective = effective::shape(reply, taken_from)?;
        let head = AnswerHeaders {
            digest: &effective.digest,
            version: &effective.version,
            token: &effective.token,
            source_age: source_age.as_ref(),
        };
        Ok(head.answer(&held, || Json(&effective)))
    });
    answer.await.map_err(Fault::from)?
}
