//! Bodies up to a limit.

use axum::{BoxError, body::Body};
use bytes::Bytes;
use http_body::Body as _;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use vortex_kit::error::Fault;

use crate::problem::Problem;

/// Reads a body of at most `limit` bytes. One that announces more is not read at all.
pub(crate) async fn read(body: Body, limit: usize) -> Result<Bytes, Problem> {
    let announced = body.size_hint().lower();
    if announced > limit as u64 {
        return Err(Problem::too_large(limit));
    }
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Problem::too_large(limit)),
        Err(error) => Err(fault(error).into()),
    }
}

/// The fault that the body ended with, such as `OVERLOADED`; any other error means that it broke
/// off.
fn fault(error: BoxError) -> Fault {
    let inner = error.downcast::<axum::Error>();
    let inner = inner.map_or_else(|other| other, |error| error.into_inner());
    match inner.downcast::<Fault>() {
        Ok(fault) => *fault,
        Err(error) => Fault::invalid("body", format!("ended early: {error}")),
    }
}
