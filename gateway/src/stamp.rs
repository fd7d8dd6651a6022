//! What every answer says beside its body: which bytes, which version, as of when.

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use vortex_proto::config::v1::SourceAge;

use crate::{extract::IfNoneMatch, time::rfc3339};

/// The version of what is answered.
const VERSION: HeaderName = HeaderName::from_static("x-vortex-version");
/// The token of the answer: the log's position.
const REVISION: HeaderName = HeaderName::from_static("x-vortex-revision");
/// When the label's source was last read whole.
const SOURCE_READ: HeaderName = HeaderName::from_static("x-vortex-source-last-success");
/// What an answer depends on beside its URL.
const VARY: HeaderValue =
    HeaderValue::from_static("X-Vortex-Instance, X-Vortex-Key, Authorization, Accept");

/// The headers of an answer. Empty parts are left out.
#[derive(Debug, Default)]
pub(crate) struct Stamp<'a> {
    /// The entity tag without its quotes: the digest of what is answered.
    pub(crate) digest: &'a str,
    /// The version.
    pub(crate) version: &'a str,
    /// The log's position.
    pub(crate) token: &'a str,
    /// How current the label's source is.
    pub(crate) source_age: Option<&'a SourceAge>,
}

impl Stamp<'_> {
    /// Answers with what `respond` makes, or 304 without a body when the caller holds it already.
    pub(crate) fn answer<R>(&self, held: &IfNoneMatch, respond: impl FnOnce() -> R) -> Response
    where
        R: IntoResponse,
    {
        match !self.digest.is_empty() && held.holds(self.digest) {
            true => self.on(StatusCode::NOT_MODIFIED),
            false => self.on(respond()),
        }
    }

    /// Answers `response` with these headers.
    pub(crate) fn on(&self, response: impl IntoResponse) -> Response {
        let mut response = response.into_response();
        self.write(response.headers_mut());
        response
    }

    fn write(&self, headers: &mut HeaderMap) {
        headers.insert(header::VARY, VARY);
        if !self.digest.is_empty() {
            insert(headers, header::ETAG, ["\"", self.digest, "\""].concat());
        }
        if !self.version.is_empty() {
            insert(headers, VERSION, self.version.to_owned());
        }
        if !self.token.is_empty() {
            insert(headers, REVISION, self.token.to_owned());
        }
        if let Some(time) = self.source_age.and_then(|age| rfc3339(age.last_success)) {
            insert(headers, SOURCE_READ, time);
        }
    }
}

/// Leaves the header out when the value cannot stand in one, which none of ours does.
fn insert(headers: &mut HeaderMap, name: HeaderName, value: String) {
    if let Ok(value) = HeaderValue::from_maybe_shared(Bytes::from(value)) {
        headers.insert(name, value);
    }
}
