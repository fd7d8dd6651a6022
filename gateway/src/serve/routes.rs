//! The router of everything but Spring's routes.

use std::time::Duration;

use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::get,
};
use http::{Method, StatusCode, header};
use vortex_kit::{admin, process::Runtime};

use super::{
    cross_site,
    deadline::{self, Deadline},
    openapi, tags, template, welcome,
};
use crate::{
    api::{self, ApiState},
    problem::Problem,
};

/// Timeout of routes that wait for the remote of a source; calls between services are limited to
/// the same.
const SLOW: Deadline = Deadline(Duration::from_secs(30));

/// All routes but Spring's.
pub(super) fn routes(state: ApiState, quick: Deadline, runtime: &Runtime) -> Router {
    // their descriptions are dropped: the OpenAPI document that is served was made in advance
    let quick_routes = Router::from(api::quick());
    let slow_routes = Router::from(api::slow());
    let endless_routes = Router::from(api::endless());
    Router::new()
        .merge(
            quick_routes
                .layer(from_fn(tags::add))
                .layer(from_fn_with_state(quick, deadline::keep)),
        )
        .merge(slow_routes.layer(from_fn_with_state(SLOW, deadline::keep)))
        .merge(endless_routes)
        .with_state(state)
        .route(openapi::DOCUMENT_PATH, get(describe))
        .route("/", get(welcome::show))
        .layer(from_fn(cross_site::refuse))
        .merge(admin::routes(
            runtime.health.clone(),
            runtime.metrics.clone(),
        ))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn(template::tell))
}

/// The OpenAPI document.
async fn describe() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "application/json")],
        openapi::WRITTEN,
    )
}

async fn not_found() -> Problem {
    Problem::not_found()
}

/// axum adds `Allow`.
async fn method_not_allowed(method: Method) -> Response {
    match method {
        Method::OPTIONS => StatusCode::NO_CONTENT.into_response(),
        _ => Problem::method_not_allowed(&method).into_response(),
    }
}
