//! `/api/rollouts`: staged change sets that go out to a growing share of all readers.

mod arms;
mod audit;
mod command;
mod create;
mod edit;
mod list;
mod metrics;
mod read;
mod watch;

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use utoipa_axum::{router::OpenApiRouter, routes};
use vortex_proto::rollout::v1 as proto;
use vortex_rest::Rollout;

use super::state::ApiState;
use crate::answer::headers;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(read::get, command::delete, edit::edit))
        .routes(routes!(read::analysis))
        .routes(routes!(audit::audit))
        .routes(routes!(command::start))
        .routes(routes!(command::promote))
        .routes(routes!(command::pause))
        .routes(routes!(command::resume))
        .routes(routes!(command::rollback))
        .routes(routes!(command::complete))
        .routes(routes!(command::revert))
        .routes(routes!(arms::arms))
        .routes(routes!(metrics::report))
}

pub(super) fn endless_routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(watch::watch))
}

/// Answers with a new rollout: 201 and its `Location`.
fn created(rollout: proto::Rollout) -> Response {
    let location = headers::value(format!("/api/rollouts/{}", rollout.id));
    let rollout = Json(Rollout::from(rollout));
    let mut response = (StatusCode::CREATED, rollout).into_response();
    if let Some(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}
