//! `/api/sources` and `/monitor`: the repositories that feed labels.

mod command;
mod notify;
mod read;
mod signature;

use utoipa_axum::{router::OpenApiRouter, routes};

use super::state::ApiState;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(read::list))
        .routes(routes!(read::get))
        .routes(routes!(command::detach))
        .routes(routes!(notify::notify))
}

pub(super) fn slow_routes() -> OpenApiRouter<ApiState> {
    // both wait for the repository to be read
    OpenApiRouter::new()
        .routes(routes!(command::sync))
        .routes(routes!(command::approve))
}
