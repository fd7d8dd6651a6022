//! `/api/rollouts`: staged change sets that go out to a growing share of all readers.

mod audit;
mod command;
mod create;
mod list;
mod metrics;
mod read;
mod watch;

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use vortex_proto::rollout::v1 as proto;
use vortex_rest::Rollout;

use super::table::{Table, enter};
use crate::stamp;

pub(super) fn routes<T: Table>(table: T) -> T {
    enter!(
        table,
        list::list,
        create::create,
        read::get,
        command::delete,
        read::analysis,
        audit::audit,
        command::start,
        command::promote,
        command::pause,
        command::resume,
        command::rollback,
        command::complete,
        command::revert,
        metrics::report
    )
}

pub(super) fn endless_routes<T: Table>(table: T) -> T {
    enter!(table, watch::watch)
}

/// Answers with a rollout that was not there before.
fn created(rollout: proto::Rollout) -> Response {
    let location = stamp::value(format!("/api/rollouts/{}", rollout.id));
    let rollout = Json(Rollout::from(rollout));
    let mut response = (StatusCode::CREATED, rollout).into_response();
    if let Some(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}
