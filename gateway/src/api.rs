//! `/api`: routes that each translate to one gRPC call.

mod answer;
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
mod table;
mod target;
mod watch;

pub use openapi::document;
pub(crate) use openapi::{DOCUMENT_PATH, WRITTEN};
pub(crate) use watch::Feeds;

use table::Table;

/// Routes that answer within the request timeout.
pub(crate) fn quick<T: Table>(table: T) -> T {
    let table = configs::routes(table);
    let table = changes::routes(table);
    let table = effective::routes(table);
    let table = explain::routes(table);
    let table = sources::routes(table);
    let table = monitor::routes(table);
    let table = rollouts::routes(table);
    let table = breaker::routes(table);
    splits::routes(table)
}

/// Routes that wait for somebody else's machine, and have a longer timeout.
pub(crate) fn slow<T: Table>(table: T) -> T {
    sources::slow_routes(table)
}

/// Routes whose answer has no end.
pub(crate) fn endless<T: Table>(table: T) -> T {
    rollouts::endless_routes(watch::routes(table))
}
