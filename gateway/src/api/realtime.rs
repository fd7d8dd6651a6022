//! `/ws`: an effective configuration and each change of it, over a WebSocket.

use axum::{
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{StatusCode, request::Parts};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use vortex_kit::{
    context::Context,
    error::{Fault, Reason},
    http::Upgrade,
};
use vortex_proto::config::v1::WatchConfigRequest;
use vortex_realtime::{
    Cursor,
    handshake::{self, Refused},
};

use super::{open_watches::OpenWatches, state::ApiState, target::Target, watch::renamed};
use crate::{
    extract::{Path, Query, Reader},
    feeds::{Feeds, Names, View, Watcher},
    problem::Problem,
    sockets::{Connection, Sockets},
};

/// The label that an empty one stands for.
const DEFAULT_LABEL: &str = "main";

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(connect))
}

/// Who connects, and from where on.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Parameters {
    /// The label; `main` when left out.
    label: Option<String>,
    /// The subject that is served; takes precedence over `X-Vortex-Key`.
    key: Option<String>,
    /// The instance that connects, for trying out; takes precedence over the request's own.
    instance: Option<String>,
    /// The `cursor` of the last message: the first message is what changed since, as long as that
    /// is known, instead of a snapshot. One of another store is answered with a snapshot.
    cursor: Option<String>,
    /// The version of the configuration that the caller holds, where it has no cursor.
    last_version: Option<String>,
}

/// Follow an effective configuration over a WebSocket
///
/// A `config_snapshot` first, then a `config_change` with RFC 6902 operations for each change. The
/// client may subscribe to changes of others, resync, and ping. Messages, limits and close codes
/// are described in the documentation (realtime.md). A browser, which can set no header, may show a
/// key or a token as the subprotocol `bearer.…` beside `vortex.v1`, or as `?token=`; its page has to
/// be of the same origin.
#[utoipa::path(
    get,
    path = "/ws/{app}/{profile}",
    operation_id = "connect",
    tag = "configuration",
    params(Target, Parameters),
    extensions(("x-vortex-rpc" = json!(["WatchConfig"]))),
    responses((status = 101, description = "The connection is a WebSocket from here on")),
)]
async fn connect(
    State(feeds): State<Feeds>,
    State(sockets): State<Sockets>,
    State(watches): State<OpenWatches>,
    Path(target): Path<Target>,
    Query(parameters): Query<Parameters>,
    reader: Reader,
    request: Parts,
) -> Response {
    let accepted = match handshake::check(&request) {
        Ok(accepted) => accepted,
        Err(refused) => return no_handshake(refused),
    };
    let Some(upgrade) = request.extensions.get::<Upgrade>() else {
        return no_handshake(Refused::NoUpgrade);
    };
    let asked = match Asked::of(target, parameters, reader) {
        Ok(asked) => asked,
        Err(fault) => return Problem(fault).into_response(),
    };
    let context = Context::current().unwrap_or_else(Context::root);
    let place = match sockets
        .admit(&context)
        .and_then(|()| watches.admit_shared(&context))
    {
        Ok(place) => place,
        Err(fault) => return Problem(fault).into_response(),
    };
    let connection = match asked.begin(feeds, sockets, context).await {
        Ok(connection) => connection,
        Err(fault) => return Problem(fault).into_response(),
    };
    upgrade.hand_over(move |upgraded| async move {
        let _place = place;
        connection.run(upgraded).await;
    });
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    response.headers_mut().extend(accepted.headers());
    response
}

/// What is asked for.
struct Asked {
    names: Names,
    view: View,
    request: WatchConfigRequest,
    held_version: String,
}

impl Asked {
    fn of(target: Target, parameters: Parameters, reader: Reader) -> Result<Self, Fault> {
        let reader = reader.with_query(parameters.instance, parameters.key)?;
        let taken_from = reader.taken_from();
        let cursor = parameters.cursor.filter(|cursor| !cursor.is_empty());
        let cursor: Option<Cursor> = cursor.map(|cursor| cursor.parse()).transpose().map_err(
            |error: vortex_realtime::InvalidCursor| Fault::invalid("cursor", error.to_string()),
        )?;
        let last_version = parameters.last_version.unwrap_or_default();
        let (digest, token, version) = match cursor {
            Some(cursor) => (cursor.digest, cursor.token, cursor.version),
            None => Default::default(),
        };
        let held_version = match version.is_empty() {
            true => last_version,
            false => version,
        };
        let label = parameters.label.unwrap_or_default();
        let names = Names {
            app: target.app.clone(),
            profile: target.profile.clone(),
            label: match label.is_empty() {
                true => DEFAULT_LABEL.to_owned(),
                false => label.clone(),
            },
        };
        let request = WatchConfigRequest {
            profiles: target.profiles(),
            app: target.app,
            label,
            last_digest: digest,
            last_version: held_version.clone(),
            min_token: token,
            instance: reader.instance.text,
            key: reader.key.text,
        };
        Ok(Self {
            view: View::of(&request, taken_from),
            names,
            request,
            held_version,
        })
    }

    async fn begin(
        self,
        feeds: Feeds,
        sockets: Sockets,
        context: Context,
    ) -> Result<Connection, Fault> {
        let Self {
            names,
            view,
            request,
            held_version,
        } = self;
        let resumed = request.clone();
        let begun = Watcher::resume(feeds, view.clone(), resumed, context.clone()).await;
        let watcher = begun.map_err(|fault| renamed(fault, "cursor"))?;
        Ok(Connection {
            sockets,
            view,
            names,
            request,
            held_version,
            watcher,
            context,
        })
    }
}

fn no_handshake(refused: Refused) -> Response {
    let message = refused.to_string();
    if refused.needs_upgrade() {
        let fault = Fault::new(Reason::UpgradeRequired, message);
        let mut response = Problem(fault).into_response();
        response.headers_mut().extend(handshake::upgrade_headers());
        return response;
    }
    let fault = match refused.header() {
        Some(header) => Fault::invalid(header, message),
        None => Fault::new(Reason::InvalidArgument, message),
    };
    Problem(fault).into_response()
}
