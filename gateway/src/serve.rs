//! [`Rest`]: everything the gateway answers, as one handler.

mod admission;
mod arriving;
mod cross_site;
mod deadline;
mod host;
mod meter;
mod openapi;
mod panic;
mod routes;
mod tags;
mod template;
pub(crate) mod url_tokens;
mod welcome;

use std::{fmt, sync::Arc};

use axum::{
    Router,
    body::Body,
    response::{IntoResponse, Response},
};
use futures::future::BoxFuture;
use http::{Extensions, HeaderValue, Method, Request, StatusCode, header, request::Parts};
use http_body::Body as _;
use tower::Service;
use vortex_kit::{
    access::{Gate, Shown},
    admin,
    channel::Channel,
    context::{self, Context, Peer},
    error::Fault,
    http::{Handler, Incoming, PeerAddr},
    process::Runtime,
    shutdown::Drain,
};
use vortex_service::{PerService, ServiceName};

use crate::{
    api::ApiState,
    clients::Clients,
    extract::IdentityRules,
    floor::Floor,
    problem::Problem,
    settings::{Settings, is_of_ciphers},
    spring::Spring,
    views::Views,
};
use admission::Admission;
use arriving::{Held, arriving};
use deadline::Deadline;
pub(crate) use host::Hosts;
use meter::{Began, Meter};
use template::Template;
use url_tokens::{Streams, UrlTokens};

pub use openapi::document;

/// What the paths of WebSockets begin with.
const SOCKETS: &str = "/ws/";

type Answered = (Response, Template);

/// REST over the services behind a channel. A clone is a pointer.
///
/// Whatever happens, the answer has `X-Request-Id`, is counted and timed by its route, and is a
/// problem when it is an error.
#[derive(Clone)]
pub(crate) struct Rest {
    inner: Arc<Inner>,
}

struct Inner {
    spring: Spring,
    routes: Router,
    settings: Settings,
    admission: Admission,
    hosts: Hosts,
    streams: Streams,
    meter: Meter,
    drain: Drain,
    gate: Gate,
}

impl Rest {
    /// REST over the services behind `channels`.
    pub(crate) fn new(
        settings: Settings,
        channels: &PerService<Channel>,
        runtime: &Runtime,
    ) -> Self {
        let floor = Floor::default();
        let clients = Clients::new(channels, &floor);
        let views = Views::follow(channels[ServiceName::Config].clone(), floor, runtime);
        let identity_rules = Arc::new(IdentityRules::of(&settings));
        let compute = runtime.compute.clone();
        let spring = Spring::new(
            clients.config.clone(),
            views.clone(),
            identity_rules.clone(),
            compute,
        );
        let state = ApiState::new(clients, views, identity_rules, &settings, runtime);
        let deadline = Deadline(settings.request_timeout);
        Self {
            inner: Arc::new(Inner {
                routes: routes::routes(state, deadline, runtime),
                spring,
                admission: Admission::new(settings.max_requests, settings.max_connections),
                hosts: Hosts::of(&settings.http),
                streams: Streams::new(),
                meter: Meter::new(
                    runtime.metrics.clone(),
                    runtime.spans.clone(),
                    settings.access_log,
                ),
                settings,
                drain: runtime.lifecycle.drain().clone(),
                gate: runtime.gate.clone(),
            }),
        }
    }
}

impl Inner {
    async fn serve(&self, request: Request<Incoming>) -> Response {
        let (mut parts, body) = request.into_parts();
        self.settings.spring_prefix.unmove(&mut parts.uri);
        let tokens = self.streams.take_tokens(&mut parts);
        let peer = peer(&parts.extensions);
        let context = Context::from_headers(&parts.headers, peer).with_drain(self.drain.clone());
        let (context, admitted) = self.admit(&mut parts, &tokens, context);
        let began = self.meter.begin(&parts.method);
        let checked = self.hosts.check(&parts).and(admitted);
        let answered = match (checked, self.spring_path(&parts)) {
            (Err(fault), _) => context.enter(|| refused(fault)),
            (Ok(()), Some(skipped)) => {
                let context = context.clone().within(self.settings.request_timeout);
                let answer = self.spring(&parts, skipped);
                context.scope(panic::caught(answer)).await
            }
            (Ok(()), None) => {
                let answer = Box::pin(self.route(Request::from_parts(parts, body)));
                context.clone().scope(panic::caught(answer)).await
            }
        };
        let mut response = self.end(began, answered, &context);
        tokens.guard(response.headers_mut());
        response
    }

    /// The context of a request for its caller, if they are let in. Of a probe nobody is asked who
    /// it is; of a scraper it has to be known, and no more.
    fn admit(
        &self,
        request: &mut Parts,
        tokens: &UrlTokens,
        context: Context,
    ) -> (Context, Result<(), Fault>) {
        let path = request.uri.path();
        if is_open(path) {
            return (context, Ok(()));
        }
        if let Some(of) = admin::public(path) {
            let called = Called(request);
            let detail = (self.gate).admit_reader(of, &request.headers, context.peer(), called);
            let admitted = detail.map(|detail| {
                request.extensions.insert(detail);
            });
            return (context, admitted);
        }
        let mut shown = Shown::from(&request.headers).with_tokens(tokens.all());
        if path.starts_with(SOCKETS) {
            shown = shown.with_subprotocols();
        }
        match self.gate.admit(shown, context.peer(), Called(request)) {
            Ok(caller) => (context.with_caller(caller), Ok(())),
            Err(fault) => (context, Err(fault)),
        }
    }

    /// Answers a request that is refused for its form.
    fn refuse(&self, fault: &Fault, request: &Request<Incoming>) -> Response {
        let context = Context::from_headers(request.headers(), peer(request.extensions()));
        let began = self.meter.begin(request.method());
        let (mut response, template) = context.enter(|| refused(fault.clone()));
        if request.method() == Method::HEAD {
            without_body(&mut response);
        }
        self.end(began, (response, template), &context)
    }

    fn end(&self, began: Began, answered: Answered, context: &Context) -> Response {
        let (mut response, template) = answered;
        // visible ASCII by construction
        if let Ok(id) = HeaderValue::from_str(context.request_id().as_str()) {
            response.headers_mut().insert(context::REQUEST_ID, id);
        }
        if response.status() == StatusCode::UNAUTHORIZED {
            let schemes = HeaderValue::from_static(admin::SCHEMES);
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, schemes);
        }
        self.meter.end(began, &template, response.status(), context);
        response
    }

    /// How many bytes of the path come before what Spring's routes begin with; `None` for a
    /// request that is not theirs.
    fn spring_path(&self, request: &Parts) -> Option<usize> {
        let path = request.uri.path();
        if path == "/" {
            return None;
        }
        let rest = self.settings.spring_prefix.strip(path)?;
        (!is_reserved(rest) && !is_of_ciphers(rest)).then_some(path.len() - rest.len())
    }

    /// Answers one of Spring's routes, which do not depend on a body.
    async fn spring(&self, request: &Parts, skipped: usize) -> Answered {
        let _place = match self.admission.admit() {
            Ok(place) => place,
            Err(fault) => return refused(fault),
        };
        let path = &request.uri.path()[skipped..];
        let (mut response, template) = self.spring.answer(request, path).await;
        if request.method == Method::HEAD {
            without_body(&mut response);
        }
        (response, Template::Known(template))
    }

    /// Answers one of our own routes. A request whose body is read has its place once that is
    /// whole.
    async fn route(&self, request: Request<Incoming>) -> Answered {
        let (parts, body) = request.into_parts();
        let held = Held::default();
        let admitted = match has_body(&parts.method, &body) {
            true => self.admission.arrive().map(|arrival| {
                let body = arriving(body, arrival, held.clone());
                (body, None)
            }),
            false => self
                .admission
                .admit()
                .map(|place| (Body::new(body), Some(place))),
        };
        let (body, _place) = match admitted {
            Ok(admitted) => admitted,
            Err(_) if is_probe(parts.uri.path()) => (Body::empty(), None),
            Err(fault) => return refused(fault),
        };
        // a router is always ready, and cannot fail
        let Ok(mut response) = self
            .routes
            .clone()
            .call(Request::from_parts(parts, body))
            .await;
        let template = response.extensions_mut().remove();
        (response, template.unwrap_or(Template::UNMATCHED))
    }
}

/// Whether a body has to come before the request can be answered; that of a read is not looked at.
fn has_body(method: &Method, body: &Incoming) -> bool {
    !matches!(*method, Method::GET | Method::HEAD) && !body.is_end_stream()
}

/// What a request asks for, as the audit shows it: without its query, which may hold what is not to
/// be shown.
struct Called<'a>(&'a Parts);

impl fmt::Display for Called<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.method, self.0.uri.path())
    }
}

fn peer(extensions: &Extensions) -> Peer {
    let peer = extensions.get::<PeerAddr>();
    peer.map_or(Peer::InProcess, |peer| Peer::Remote(peer.0))
}

/// Answers a request that no route was asked for.
fn refused(fault: Fault) -> Answered {
    (Problem(fault).into_response(), Template::UNMATCHED)
}

/// Whether anybody may ask for a path, as there is nothing there to be kept from them.
fn is_open(path: &str) -> bool {
    matches!(
        path,
        "/" | openapi::DOCUMENT_PATH | "/health/live" | "/health/ready"
    )
}

/// Whether a path is asked by probes and scrapers, which have to be answered under load too.
fn is_probe(path: &str) -> bool {
    matches!(
        path,
        "/health" | "/health/live" | "/health/ready" | "/metrics"
    )
}

fn is_reserved(path: &str) -> bool {
    let first = path[1..].split('/').next().unwrap_or_default();
    vortex_names::is_reserved(first)
}

/// Answers HEAD: the headers of GET, the body's length among them, and no body.
fn without_body(response: &mut Response) {
    if let Some(length) = response.body().size_hint().exact() {
        response
            .headers_mut()
            .insert(header::CONTENT_LENGTH, length.into());
    }
    *response.body_mut() = Body::empty();
}

impl Handler for Rest {
    fn handle(&self, request: Request<Incoming>) -> BoxFuture<'static, Response> {
        let rest = self.inner.clone();
        Box::pin(async move { rest.serve(request).await })
    }

    fn refuse(&self, fault: &Fault, request: &Request<Incoming>) -> Response {
        self.inner.refuse(fault, request)
    }
}

impl fmt::Debug for Rest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rest").finish_non_exhaustive()
    }
}
