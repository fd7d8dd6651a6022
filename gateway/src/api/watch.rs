//! `/api/watch`: an effective configuration and each change of it, as server-sent events.

mod events;

use axum::{body::Body, extract::State, response::Response};
use futures::StreamExt;
use http::{HeaderMap, HeaderValue, header};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use vortex_kit::{context::Context, error::Fault};
use vortex_proto::config::v1::WatchConfigRequest;

use super::target::Target;
use crate::{
    extract::{Path, Query},
    problem::Problem,
    services::Services,
};
use events::Encoder;

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new().routes(routes!(watch))
}

/// Who watches, and from where on.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Parameters {
    /// The label; `main` when left out.
    label: Option<String>,
    /// The subject that is served.
    key: Option<String>,
    /// The instance that watches.
    instance: Option<String>,
    /// Never begin older than this token; `Last-Event-ID` says it too.
    min_token: Option<String>,
    /// The digest of the configuration the caller holds: the answer begins with what changed
    /// since, as long as that is known, instead of a snapshot.
    last_digest: Option<String>,
}

/// Follow an effective configuration
///
/// Server-sent events: `snapshot` (as of `/api/effective`), then a `change` each with an RFC 6902
/// patch; `id` is the token. Each second a comment says `progress` and the position up to which
/// all was sent. Before a failed stream ends, `problem` says why.
#[utoipa::path(
    get,
    path = "/api/watch/{app}/{profile}",
    operation_id = "watchConfig",
    tag = "configuration",
    params(
        Target,
        Parameters,
        ("Last-Event-ID" = Option<String>, Header, description = "The token of the last event: what follows is never older"),
    ),
    responses((status = 200, description = "The events", body = String, content_type = "text/event-stream")),
)]
async fn watch(
    State(services): State<Services>,
    Path(target): Path<Target>,
    Query(parameters): Query<Parameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let permit = services.watches().admit()?;
    let request = WatchConfigRequest {
        profiles: target.profiles(),
        app: target.app,
        label: parameters.label.unwrap_or_default(),
        last_digest: parameters.last_digest.unwrap_or_default(),
        min_token: match last_event_id(&headers)? {
            Some(token) => token,
            None => parameters.min_token.unwrap_or_default(),
        },
        instance: parameters.instance.unwrap_or_default(),
        key: parameters.key.unwrap_or_default(),
    };
    let context = Context::current().unwrap_or_else(Context::root);
    let messages = services.config().watch_config(request).await?.into_inner();
    let encoder = Encoder::new(context.request_id().clone());
    let events = context.drain().guard(messages).map(move |message| {
        let _open = &permit;
        encoder.encode(message)
    });
    Ok(stream(Body::from_stream(events)))
}

fn stream(body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/event-stream"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx would hold events back until its buffer is full
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<String>, Fault> {
    let Some(id) = headers.get("last-event-id").filter(|id| !id.is_empty()) else {
        return Ok(None);
    };
    match id.to_str() {
        Ok(id) => Ok(Some(id.to_owned())),
        Err(_) => Err(Fault::invalid("Last-Event-ID", "is no token")),
    }
}
