//! Deadlines of routes that read a body. They include the time in which the body arrives.

use std::time::Duration;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use vortex_kit::{
    context::Context,
    error::{Fault, Reason},
};

use crate::problem::Problem;

/// The time allowed for a request. Calls made for it get what is left.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline(pub(super) Duration);

/// Answers `DEADLINE_EXCEEDED` when the handler does not answer in time.
pub(super) async fn keep(
    State(Deadline(timeout)): State<Deadline>,
    request: Request,
    next: Next,
) -> Response {
    let context = Context::current().unwrap_or_else(Context::root);
    let answer = context.within(timeout).scope(next.run(request));
    match tokio::time::timeout(timeout, answer).await {
        Ok(response) => response,
        Err(_elapsed) => too_late().into_response(),
    }
}

fn too_late() -> Problem {
    Fault::new(Reason::DeadlineExceeded, "the request took too long").into()
}
