//! `/api`: routes that each translate to one gRPC call.

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

pub use openapi::document;
pub(crate) use openapi::{DOCUMENT_PATH, WRITTEN};
pub(crate) use watch::Feeds;

use utoipa_axum::router::OpenApiRouter;

use crate::services::Services;

/// Routes that answer within the request timeout.
pub(crate) fn quick() -> OpenApiRouter<Services> {
    OpenApiRouter::default()
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
    rollouts::endless_routes().merge(watch::routes())
}
