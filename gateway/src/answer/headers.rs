//! The headers of answers: the digest of what is answered, its version, and the position of the log
//! that it reflects.

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use vortex_proto::config::v1::{
    DeleteDocumentResponse, GetDocumentResponse, GetFileResponse, ListDocumentsResponse,
    ListVersionsResponse, PutDocumentResponse, SourceAge,
};
use vortex_rest::rfc3339;

use crate::extract::IfNoneMatch;

/// The version of what is answered.
const VERSION: HeaderName = HeaderName::from_static("x-vortex-version");
/// The token of the answer: the log's position.
const REVISION: HeaderName = HeaderName::from_static("x-vortex-revision");
/// When the label's source was last read completely.
const SOURCE_READ: HeaderName = HeaderName::from_static("x-vortex-source-last-success");
/// What an answer depends on besides its URL.
const VARY: HeaderValue =
    HeaderValue::from_static("X-Vortex-Instance, X-Vortex-Key, Authorization, X-API-Key, Accept");

/// The headers of an answer. Empty parts are left out.
#[derive(Debug, Default)]
pub(crate) struct AnswerHeaders<'a> {
    /// The entity tag without its quotes: the digest of what is answered.
    pub(crate) digest: &'a str,
    pub(crate) version: &'a str,
    /// The position of the log.
    pub(crate) token: &'a str,
    /// How current the label's source is.
    pub(crate) source_age: Option<&'a SourceAge>,
}

impl AnswerHeaders<'_> {
    /// Just the headers.
    pub(crate) fn to_map(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        self.write(&mut headers);
        headers
    }

    /// Answers with what `respond` makes, or 304 without a body when the caller already holds it.
    pub(crate) fn answer<R>(&self, held: &IfNoneMatch, respond: impl FnOnce() -> R) -> Response
    where
        R: IntoResponse,
    {
        match !self.digest.is_empty() && held.holds(self.digest) {
            true => self.on(StatusCode::NOT_MODIFIED),
            false => self.on(respond()),
        }
    }

    /// Adds these headers to `response`.
    pub(crate) fn on(&self, response: impl IntoResponse) -> Response {
        let mut response = response.into_response();
        self.write(response.headers_mut());
        response
    }

    fn write(&self, headers: &mut HeaderMap) {
        write_prepared(headers, quoted(self.digest), value(self.version.to_owned()));
        write_position(headers, self.token, self.source_age);
    }
}

/// A reply that has headers for its answer.
pub(crate) trait HasHeaders {
    /// The headers.
    fn headers(&self) -> AnswerHeaders<'_>;
}

macro_rules! has_headers {
    ($($reply:ident { $($part:ident),+ })+) => {$(
        impl HasHeaders for $reply {
            fn headers(&self) -> AnswerHeaders<'_> {
                AnswerHeaders { $($part: &self.$part,)+ ..AnswerHeaders::default() }
            }
        }
    )+};
}

has_headers! {
    DeleteDocumentResponse { version, token }
    GetDocumentResponse { digest, version, token }
    GetFileResponse { digest, version, token }
    ListDocumentsResponse { token }
    ListVersionsResponse { token }
    PutDocumentResponse { digest, version, token }
}

/// Writes the headers that depend only on what is answered: entity tag and version.
pub(crate) fn write_prepared(
    headers: &mut HeaderMap,
    tag: Option<HeaderValue>,
    version: Option<HeaderValue>,
) {
    headers.insert(header::VARY, VARY);
    if let Some(tag) = tag {
        headers.insert(header::ETAG, tag);
    }
    if let Some(version) = version {
        headers.insert(VERSION, version);
    }
}

/// Writes the headers that say how current the answer is.
pub(crate) fn write_position(headers: &mut HeaderMap, token: &str, source_age: Option<&SourceAge>) {
    if let Some(token) = value(token.to_owned()) {
        headers.insert(REVISION, token);
    }
    let read = source_age.and_then(|age| rfc3339(age.last_success));
    if let Some(read) = read.and_then(value) {
        headers.insert(SOURCE_READ, read);
    }
}

/// An entity tag in quotes; `None` for an empty one.
pub(crate) fn quoted(tag: &str) -> Option<HeaderValue> {
    if tag.is_empty() {
        return None;
    }
    value(["\"", tag, "\""].concat())
}

/// A header's value; `None` for an empty text, and for one that a header cannot have.
pub(crate) fn value(text: String) -> Option<HeaderValue> {
    if text.is_empty() {
        return None;
    }
    HeaderValue::from_maybe_shared(Bytes::from(text)).ok()
}
