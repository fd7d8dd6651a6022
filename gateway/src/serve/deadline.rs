//! Deadlines of routes that read a body; the time for the body to arrive counts.

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

/// Time for a request; calls made for it have what is left of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline(pub(super) Duration);

/// Answers within the deadline, with the answer or with `DEADLINE_EXCEEDED`.
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
