//! `/api/watch`: an effective configuration and each change of it, as server-sent events.

use std::convert::Infallible;

use axum::{body::Body, extract::State, response::Response};
use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use http::HeaderMap;
use serde::Deserialize;
use tonic::Status;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use vortex_kit::{
    context::Context,
    error::{Fault, Reason},
};
use vortex_proto::config::v1::WatchConfigRequest;

use super::{open_watches::OpenWatches, state::ApiState, target::Target};
use crate::{
    answer::sse,
    extract::{Path, Query, Reader},
    feeds::{Feeds, View, Watcher},
    problem::Problem,
};

const LAST_EVENT_ID: &str = "Last-Event-ID";

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(watch))
}

/// Who watches, and from where on.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Parameters {
    /// The label; `main` when left out.
    label: Option<String>,
    /// The subject that is served; takes precedence over `X-Vortex-Key`.
    key: Option<String>,
    /// The instance that watches, for trying out; takes precedence over the request's own.
    instance: Option<String>,
    /// Never begin older than this token; `Last-Event-ID` says it too.
    min_token: Option<String>,
    /// The digest of the configuration the caller holds: the answer begins with what changed
    /// since, as long as that is known, instead of a snapshot.
    last_digest: Option<String>,
}

/// Follow an effective configuration
///
/// Server-sent events: a `snapshot`, as `/api/effective` answers, then a `change` with an RFC 6902
/// patch for each change; `id` is the token. Each second a comment `progress` gives the position up
/// to which everything was sent. If the stream fails, a last event `problem` says why. A browser's
/// `EventSource`, which can set no header, may show a key or a token as `?token=`.
#[utoipa::path(
    get,
    path = "/api/watch/{app}/{profile}",
    operation_id = "watchConfig",
    tag = "configuration",
    params(
        Target,
        Parameters,
        ("Last-Event-ID" = Option<String>, Header, description = "The token of the last event: what follows is never older. A token of another store is answered with a snapshot"),
    ),
    responses((status = 200, description = "The events", body = String, content_type = "text/event-stream")),
)]
async fn watch(
    State(feeds): State<Feeds>,
    State(watches): State<OpenWatches>,
    Path(target): Path<Target>,
    Query(parameters): Query<Parameters>,
    reader: Reader,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let reader = reader.with_query(parameters.instance, parameters.key)?;
    let taken_from = reader.taken_from();
    let context = Context::current().unwrap_or_else(Context::root);
    let place = watches.admit_shared(&context)?;
    let resumed = last_event_id(&headers)?;
    let in_header = resumed.is_some();
    let request = WatchConfigRequest {
        profiles: target.profiles(),
        app: target.app,
        label: parameters.label.unwrap_or_default(),
        last_digest: parameters.last_digest.unwrap_or_default(),
        min_token: resumed.or(parameters.min_token).unwrap_or_default(),
        instance: reader.instance.text,
        key: reader.key.text,
        last_version: String::new(),
    };
    let view = View::of(&request, taken_from);
    let begin = |request| Watcher::begin(feeds.clone(), view.clone(), request, context.clone());
    let follower = match begin(request.clone()).await {
        Err(fault) if in_header && fault.reason() == Reason::RevisionUnknown => {
            begin(anew(request)).await
        }
        Err(fault) if in_header => Err(renamed(fault, LAST_EVENT_ID)),
        begun => begun,
    }?;
    let lost = Box::pin(feeds.lost(context.caller()));
    let events = context.drain().guard(events(follower, lost));
    let request_id = context.request_id().clone();
    let events = events.map(move |event| {
        let _open = &place;
        Ok::<_, Infallible>(
            event.unwrap_or_else(|status| sse::problem(&Fault::from_status(&status), &request_id)),
        )
    });
    Ok(sse::answer(Body::from_stream(events)))
}

/// The events, until the watch fails or its caller is not let in any more.
fn events(
    follower: Watcher,
    lost: impl Future<Output = Fault> + Unpin,
) -> impl Stream<Item = Result<Bytes, Status>> {
    stream::unfold(Some((follower, lost)), async |held| {
        let (mut follower, mut lost) = held?;
        let told = tokio::select! {
            event = follower.next() => event,
            fault = &mut lost => Err(fault),
        };
        match told {
            Ok(event) => Some((Ok(event.bytes.clone()), Some((follower, lost)))),
            Err(fault) => Some((Err(fault.into()), None)),
        }
    })
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<String>, Fault> {
    let Some(id) = headers.get(LAST_EVENT_ID).filter(|id| !id.is_empty()) else {
        return Ok(None);
    };
    match id.to_str() {
        Ok(id) => Ok(Some(id.to_owned())),
        Err(_) => Err(Fault::invalid(LAST_EVENT_ID, "is not a valid token")),
    }
}

/// The request without what its caller holds.
///
/// A browser sends the id of the last event it was told, also to a server that has another store by
/// now, and on an answer other than 200 it never tries again. The token and digest of its URL are
/// older still.
fn anew(request: WatchConfigRequest) -> WatchConfigRequest {
    WatchConfigRequest {
        min_token: String::new(),
        last_digest: String::new(),
        last_version: String::new(),
        ..request
    }
}

/// The same fault, with the name by which a token came.
pub(super) fn renamed(fault: Fault, name: &'static str) -> Fault {
    match fault.fields() {
        [field] if fault.reason() == Reason::InvalidArgument && field.field == "min_token" => {
            Fault::invalid(name, field.description.clone())
        }
        _ => fault,
    }
}
