//! `/api`: the rows of the contract, each a translation of one gRPC call.

mod answer;
mod assignment;
mod breaker;
mod changes;
mod configs;
mod effective;
mod explain;
mod monitor;
mod openapi;
mod rollouts;
mod sources;
mod splits;
mod sse;
mod target;
mod watch;

pub(crate) use openapi::DOCUMENT_PATH;
pub use openapi::document;
pub(crate) use watch::Feeds;

use utoipa_axum::router::OpenApiRouter;

use crate::services::Services;

/// Routes that answer within the request timeout.
pub(crate) fn quick() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .merge(configs::routes())
        .merge(changes::routes())
        .merge(effective::routes())
        .merge(explain::routes())
        .merge(sources::routes())
        .merge(monitor::routes())
        .merge(rollouts::routes())
        .merge(breaker::routes())
        .merge(splits::routes())
}

/// Routes that wait for somebody else's machine, and have a longer timeout.
pub(crate) fn slow() -> OpenApiRouter<Services> {
    sources::slow_routes()
}

/// Routes whose answer has no end.
pub(crate) fn endless() -> OpenApiRouter<Services> {
    watch::routes().merge(rollouts::endless_routes())
}
