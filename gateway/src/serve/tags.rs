//! Entity tags of lists and other small answers in JSON, over what is answered.

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, Method, StatusCode, header};
use http_body::Body as _;
use sha2::{Digest, Sha256};

use crate::{
    answer::{headers::quoted, json_text::AT_ONCE},
    extract::IfNoneMatch,
};

/// Tags answers that have no tag of their own, and answers 304 to whoever holds the same already.
pub(super) async fn add(request: Request, next: Next) -> Response {
    // the body that HEAD is answered without is gone here already
    if request.method() != Method::GET {
        return next.run(request).await;
    }
    let held = IfNoneMatch::of(request.headers());
    let response = next.run(request).await;
    match takes_tag(&response) {
        true => tagged(response, &held).await,
        false => response,
    }
}

/// Whether an answer is untagged JSON, and small enough to be hashed on the request's own thread.
fn takes_tag(response: &Response) -> bool {
    let headers = response.headers();
    let is_json = headers.get(header::CONTENT_TYPE) == Some(&JSON);
    let size = response.body().size_hint().exact();
    response.status() == StatusCode::OK
        && is_json
        && !headers.contains_key(header::ETAG)
        && size.is_some_and(|size| size <= AT_ONCE as u64)
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");

async fn tagged(response: Response, held: &IfNoneMatch) -> Response {
    let (mut parts, body) = response.into_parts();
    // it is whole in memory, so that reading it does not fail
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let tag = tag(&bytes);
    if let Some(tag) = quoted(&tag) {
        parts.headers.insert(header::ETAG, tag);
    }
    if !held.holds(&tag) {
        return Response::from_parts(parts, Body::from(bytes));
    }
    parts.status = StatusCode::NOT_MODIFIED;
    parts.headers.remove(header::CONTENT_TYPE);
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::empty())
}

/// SHA-256 of an answer, in hex.
fn tag(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |mut tag, byte| {
            // writing to a String does not fail
            let _ = write!(tag, "{byte:02x}");
            tag
        })
}
