//! The admin port's routes: health and metrics over HTTP, for probes, scrapers and people.

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::get,
};

use crate::{
    health::{self, Health},
    http::{Limits, Listener},
    process::Runtime,
    telemetry::Metrics,
};

/// Prometheus' text format.
const EXPOSITION: &str = "text/plain; version=0.0.4; charset=utf-8";

/// `/health`, `/health/live`, `/health/ready` and `/metrics` of a service.
///
/// `/health` answers 200 with [`health::Report`] whatever it says; `/health/ready` 200 or 503;
/// `/health/live` 200 for as long as the process answers at all.
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

/// Serves these routes of a runtime's service on a port of their own, which asks nobody for a
/// certificate.
pub fn serve(listener: Listener, runtime: &Runtime) {
    let routes = routes(runtime.health.clone(), runtime.metrics.clone());
    listener
        .for_probes()
        .serve(routes, Limits::default(), runtime);
}

async fn report(State(health): State<Health>) -> Json<health::Report> {
    Json(health.snapshot())
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
