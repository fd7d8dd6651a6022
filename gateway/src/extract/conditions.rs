//! `If-Match` and `If-None-Match` (RFC 9110, 13.1): entity tags without their quotes.

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};
use http::{HeaderMap, HeaderName, header};
use vortex_kit::error::{Fault, Reason};

use crate::problem::Problem;

/// The `If-Match` of a write: a digest, `*` for any version, or empty without the header.
///
/// A weak tag is refused with `PRECONDITION_FAILED`: the comparison is strong (RFC 9110, 13.1.1),
/// so it matches nothing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct IfMatch(pub(crate) String);

/// The `If-None-Match` of a request, as it was sent.
#[derive(Debug, Default)]
pub(crate) struct IfNoneMatch(Vec<String>);

impl IfMatch {
    /// Reads it from a request's headers.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, Fault> {
        match values(headers, &header::IF_MATCH).as_slice() {
            [] => Ok(Self(String::new())),
            [tag] => Ok(Self(opaque(tag)?)),
            _ => Err(one_tag()),
        }
    }
}

impl IfNoneMatch {
    /// Reads it from a request's headers.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        Self(values(headers, &header::IF_NONE_MATCH))
    }

    /// Whether the caller already holds what has this tag, given without quotes.
    pub(crate) fn holds(&self, tag: &str) -> bool {
        let held = self.0.iter().flat_map(|header| header.split(','));
        held.map(str::trim).any(|held| {
            let held = held.strip_prefix("W/").unwrap_or(held);
            let held = held
                .strip_prefix('"')
                .and_then(|held| held.strip_suffix('"'));
            held == Some(tag)
        })
    }

    /// The condition of a write: `*` when no stable version may exist yet, or empty.
    ///
    /// Fails with `INVALID_ARGUMENT` for a tag, which only reads can use.
    pub(crate) fn for_write(self) -> Result<String, Fault> {
        match self.0.as_slice() {
            [] => Ok(String::new()),
            [only] if only.trim() == "*" => Ok("*".to_owned()),
            _ => Err(Fault::invalid(
                "If-None-Match",
                "only * is allowed for a write",
            )),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self::of(&parts.headers)?)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

/// The text between a tag's quotes.
fn opaque(tag: &str) -> Result<String, Fault> {
    let tag = tag.trim();
    if tag == "*" {
        return Ok(tag.to_owned());
    }
    let strong = tag.strip_prefix("W/").unwrap_or(tag);
    let inner = strong
        .strip_prefix('"')
        .and_then(|tag| tag.strip_suffix('"'));
    let inner = inner.unwrap_or(strong);
    if inner.is_empty() || inner.contains(['"', ',', ' ']) {
        return Err(one_tag());
    }
    match tag == strong {
        true => Ok(inner.to_owned()),
        false => Err(weak(tag)),
    }
}

fn weak(tag: &str) -> Fault {
    let description = "is a weak tag, which matches nothing; send the digest alone in quotes";
    Fault::new(
        Reason::PreconditionFailed,
        format!("If-Match: {tag} {description}"),
    )
    .precondition("etag", tag, description)
}

fn one_tag() -> Fault {
    Fault::invalid("If-Match", "must be one entity tag, or *")
}

fn values(headers: &HeaderMap, name: &HeaderName) -> Vec<String> {
    let values = headers.get_all(name).iter();
    values
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_what_stands_between_its_quotes() {
        for tag in ["\"abc\"", "abc", " \"abc\" "] {
            assert_eq!(opaque(tag).unwrap(), "abc", "{tag}");
        }
        assert_eq!(opaque("*").unwrap(), "*");
        for tag in ["", "\"\"", "\"a\", \"b\"", "a b"] {
            assert!(opaque(tag).is_err(), "{tag}");
        }
    }

    #[test]
    fn a_weak_tag_matches_nothing() {
        let reason = |tag| opaque(tag).unwrap_err().reason();
        assert_eq!(reason("W/\"abc\""), Reason::PreconditionFailed);
        assert_eq!(reason("W/\"\""), Reason::InvalidArgument);
    }

    #[test]
    fn a_reader_may_hold_one_of_many() {
        let held = IfNoneMatch(vec!["\"x\", W/\"abc\"".to_owned()]);
        assert!(held.holds("abc"));
        assert!(!held.holds("ab"));
        assert!(held.for_write().is_err());
    }
}
