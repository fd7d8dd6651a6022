//! Answers errors as `application/problem+json` (RFC 9457).

mod body;

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use vortex_kit::{
    context::Context,
    error::{Fault, Reason},
};

pub(crate) use body::write;

/// The media type of every error.
pub(crate) const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");

/// How long to wait before a call is repeated that nobody was there to take: a service that starts
/// anew takes about as long to be found again.
const AGAIN: Duration = Duration::from_secs(1);

/// A fault as an answer.
#[derive(Debug)]
pub(crate) struct Problem(pub(crate) Fault);

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Self(fault)
    }
}

impl From<tonic::Status> for Problem {
    fn from(status: tonic::Status) -> Self {
        Self(Fault::from_status(&status))
    }
}

impl Problem {
    /// How long to wait before a repetition, where that helps.
    fn again_after(&self) -> Option<Duration> {
        let is_away = self.0.reason().http_status() == StatusCode::SERVICE_UNAVAILABLE;
        self.0.retry_delay().or(is_away.then_some(AGAIN))
    }

    /// No route has the path.
    pub(crate) fn not_found() -> Self {
        Fault::new(Reason::NotFound, "there is nothing at this path").into()
    }

    /// A route has the path, but not for this method.
    pub(crate) fn method_not_allowed(method: &http::Method) -> Self {
        let message =
            format!("{method} is not allowed here; the Allow header lists the methods that are");
        Fault::new(Reason::MethodNotAllowed, message).into()
    }

    /// The body is over its limit, in bytes.
    pub(crate) fn too_large(limit: usize) -> Self {
        let message = format!("the body is over {limit} bytes");
        Fault::new(Reason::MessageTooLarge, message)
            .with("limit_bytes", limit)
            .into()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let context = Context::current();
        let body = write(&self.0, context.as_ref().map(Context::request_id));
        let mut response = (self.0.reason().http_status(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, MEDIA_TYPE);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(delay) = self.again_after() {
            let seconds = delay.as_secs() + u64::from(delay.subsec_nanos() > 0);
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if self.0.reason() == Reason::Unauthenticated {
            let basic = HeaderValue::from_static(r#"Basic realm="vortex""#);
            headers.insert(header::WWW_AUTHENTICATE, basic);
        }
        response
    }
}
