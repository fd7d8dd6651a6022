//! The admin port's routes: health and metrics over HTTP, for probes, scrapers and people.

use axum::{
    Extension, Json, Router,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::get,
};

use crate::{
    access::{Gate, Shown},
    context::Peer,
    error::Reason,
    health::{self, Health},
    http::{Limits, Listener, PeerAddr},
    process::Runtime,
    settings::Public,
    telemetry::Metrics,
};

/// Prometheus' text format.
const EXPOSITION: &str = "text/plain; version=0.0.4; charset=utf-8";
/// The ways to say who one is: a key is a password, too, under any user.
pub const SCHEMES: &str = r#"Bearer realm="vortex", Basic realm="vortex", charset="UTF-8""#;

/// `/health`, `/health/live`, `/health/ready` and `/metrics` of a service.
///
/// `/health` answers 200 with [`health::Report`] whatever it says; `/health/ready` 200 or 503;
/// `/health/live` 200 for as long as the process answers at all. Who may read them is for the
/// caller to judge: see [`public`]. A request that has [`Shown::Outline`] with it is told no more
/// than [`health::Report::outline`].
pub fn routes(health: Health, metrics: Metrics) -> Router {
    let probes = Router::new()
        .route("/health", get(report))
        .route("/health/live", get(live))
        .route("/health/ready", get(ready))
        .with_state(health);
    let scrape = Router::new()
        .route("/metrics", get(render))
        .with_state(metrics);
    probes.merge(scrape)
}

/// Serves the routes to those who may read them, on a port of their own, which asks nobody for a
/// certificate.
pub fn serve(listener: Listener, runtime: &Runtime) {
    let routes = routes(runtime.health.clone(), runtime.metrics.clone());
    let guarded = routes.layer(from_fn_with_state(runtime.gate.clone(), guard));
    listener
        .for_probes()
        .serve(guarded, Limits::default(), runtime);
}

/// What of these routes a path is, as far as it is not always open.
pub fn public(path: &str) -> Option<Public> {
    match path {
        "/health" => Some(Public::Health),
        "/metrics" => Some(Public::Metrics),
        _ => None,
    }
}

async fn guard(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<PeerAddr>();
    let peer = peer.map_or(Peer::InProcess, |peer| Peer::Remote(peer.0));
    let admitted = match public(request.uri().path()) {
        Some(of) => {
            let call = format_args!("{} {}", request.method(), request.uri().path());
            gate.admit_reader(of, request.headers(), peer, call)
        }
        // probes, which are told nothing else
        None => Ok(Shown::Outline),
    };
    let fault = match admitted {
        Ok(shown) => {
            request.extensions_mut().insert(shown);
            return next.run(request).await;
        }
        Err(fault) => fault,
    };
    let status = fault.reason().http_status();
    let mut response = (status, format!("{}\n", fault.message())).into_response();
    if fault.reason() == Reason::Unauthenticated {
        let schemes = HeaderValue::from_static(SCHEMES);
        let headers = response.headers_mut();
        headers.insert(header::WWW_AUTHENTICATE, schemes);
    }
    response
}

async fn report(
    State(health): State<Health>,
    shown: Option<Extension<Shown>>,
) -> Json<health::Report> {
    let report = health.snapshot();
    Json(match shown {
        Some(Extension(Shown::Outline)) => report.outline(),
        Some(Extension(Shown::Whole)) | None => report,
    })
}

async fn live() -> &'static str {
    "live"
}

async fn ready(State(health): State<Health>) -> (StatusCode, &'static str) {
    match health.state() {
        health::State::Ready => (StatusCode::OK, "ready"),
        health::State::Starting => (StatusCode::SERVICE_UNAVAILABLE, "starting"),
        health::State::Draining => (StatusCode::SERVICE_UNAVAILABLE, "draining"),
    }
}

async fn render(State(metrics): State<Metrics>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, EXPOSITION)], metrics.scrape().await)
}
