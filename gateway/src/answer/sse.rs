//! Server-sent events (WHATWG HTML, 9.2).

use axum::{body::Body, response::Response};
use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderValue, header};
use vortex_kit::{context::RequestId, error::Fault};

use crate::problem;

/// An event. Line breaks in `data` begin new `data` lines.
pub(crate) fn event(name: &str, id: Option<&str>, data: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(name.len() + data.len() + 64);
    field(&mut out, "event", name.as_bytes());
    if let Some(id) = id {
        field(&mut out, "id", id.as_bytes());
    }
    for line in data.split(|byte| matches!(byte, b'\n' | b'\r')) {
        field(&mut out, "data", line);
    }
    out.put_u8(b'\n');
    out.freeze()
}

/// A comment, which clients ignore.
pub(crate) fn comment(text: &str) -> Bytes {
    Bytes::from(format!(": {text}\n\n"))
}

/// The last event of a stream that fails, since its status was sent long ago.
pub(crate) fn problem(fault: &Fault, request_id: &RequestId) -> Bytes {
    event("problem", None, &problem::write(fault, Some(request_id)))
}

/// Answers with events.
pub(crate) fn answer(events: Body) -> Response {
    let mut response = Response::new(events);
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/event-stream"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // otherwise nginx holds events back until its buffer is full
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

fn field(out: &mut BytesMut, name: &str, value: &[u8]) {
    out.put_slice(name.as_bytes());
    out.put_slice(b": ");
    out.put_slice(value);
    out.put_u8(b'\n');
}
