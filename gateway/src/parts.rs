//! What is private here and reads bytes from outside, for the fuzzing of all parsers. Nothing else
//! may use it.

use http::{HeaderMap, request::Parts};
use serde::de::DeserializeOwned;
use vortex_kit::error::Fault;

use crate::{
    api::read_heartbeat,
    extract::{
        IdentityRules, IfMatch, IfNoneMatch, Reader, Strict, parse_json, parse_lenient,
        require_json,
    },
    serve::{Hosts, url_tokens},
    settings::Network,
    spring::SpringPath,
};

/// The parts of a Spring path, decoded: application, profiles, label, file.
///
/// # Errors
/// Nothing is at such a path.
pub fn spring_path(raw: &str) -> Result<Vec<String>, Fault> {
    let path = SpringPath::parse(raw)?;
    let (view, file) = match path {
        SpringPath::Environment(view) | SpringPath::Flat(view, _) => (view, None),
        SpringPath::File(view, file) => (view, Some(file)),
    };
    let parts = [Some(view.app), Some(view.profiles), view.label, file];
    Ok(parts.into_iter().flatten().map(Into::into).collect())
}

/// The parameters of a query, unknown ones refused.
///
/// # Errors
/// It is malformed, or not of these parameters.
pub fn query<T: DeserializeOwned>(query: &str) -> Result<T, Fault> {
    parse_lenient(query).map(|Strict(parameters)| parameters)
}

/// The parameters of a query, unknown ones skipped.
///
/// # Errors
/// It is malformed.
pub fn lenient_query<T: DeserializeOwned>(query: &str) -> Result<T, Fault> {
    parse_lenient(query)
}

/// The credentials of a query, and the query without them.
pub fn url_tokens(query: &str) -> (Vec<String>, String) {
    url_tokens::take(query)
}

/// A JSON body.
///
/// # Errors
/// It is malformed, or not of this type.
pub fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    parse_json(body)
}

/// A report of an instance: how many of its members and figures were passed over.
///
/// # Errors
/// It is malformed, or says what no report can.
pub fn heartbeat(body: &[u8]) -> Result<u64, Fault> {
    read_heartbeat(body)
}

/// Whether a request says that it brings JSON.
pub fn says_json(headers: &HeaderMap) -> bool {
    require_json(headers).is_ok()
}

/// Who reads: the instance and the key.
///
/// # Errors
/// A header is malformed.
pub fn reader(request: &Parts, trusted_proxies: &[Network]) -> Result<[String; 2], Fault> {
    let rules = IdentityRules {
        trusted_proxies: trusted_proxies.to_vec(),
        basic_user: true,
    };
    let reader = Reader::of(request, &rules)?;
    Ok([reader.instance.text, reader.key.text])
}

/// The tag of `If-Match`.
///
/// # Errors
/// It is not one strong tag.
pub fn if_match(headers: &HeaderMap) -> Result<String, Fault> {
    IfMatch::of(headers).map(|IfMatch(tag)| tag)
}

/// Whether `If-None-Match` holds a tag.
pub fn holds(headers: &HeaderMap, tag: &str) -> bool {
    IfNoneMatch::of(headers).holds(tag)
}

/// Whether a gateway on loopback answers a request.
pub fn is_answered_on_loopback(request: &Parts) -> bool {
    Hosts::Loopback.check(request).is_ok()
}
