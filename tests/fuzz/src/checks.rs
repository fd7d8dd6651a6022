//! The table of parsers, and what holds for each.

mod credentials;
mod files;
mod gateway;
mod grpc;
mod http;
mod names;
mod oidc;
mod scopes;
mod spring;

use crate::Parser;

/// Every parser that meets bytes from outside, and does not leave them to another in this table.
pub const PARSERS: &[Parser] = &[
    // documents
    spring::YAML,
    spring::PROPERTIES,
    spring::JSON,
    spring::EXPRESSION,
    spring::PLACEHOLDERS,
    // who calls
    credentials::CREDENTIAL,
    credentials::API_KEY,
    credentials::SCOPE,
    credentials::PATTERN,
    oidc::JWT,
    oidc::JWKS,
    // HTTP
    http::REQUEST_HEAD,
    http::TRACEPARENT,
    http::HOST,
    gateway::SPRING_PATH,
    gateway::QUERY,
    gateway::JSON_BODY,
    gateway::READER,
    gateway::CONDITIONS,
    http::EVENTS,
    // gRPC
    grpc::MESSAGE,
    grpc::TIMEOUT,
    grpc::PAGE_TOKEN,
    grpc::SKETCH,
    scopes::SCOPES,
    // names and positions
    names::TOKEN,
    names::NAMES,
    names::OVERRIDE,
    names::SHARE,
    // what operators write
    files::SETTINGS,
    files::DURATION,
    files::ADDRESS,
    files::LOCATION,
    // what may be damaged on a disk
    files::JOURNAL,
];

/// An input as text; what is none is refused by whoever reads it.
fn text(input: &[u8], check: impl FnOnce(&str) -> bool) -> bool {
    std::str::from_utf8(input).is_ok_and(check)
}

/// A message to who sent something is short, whatever was sent.
#[track_caller]
fn is_short(message: &impl std::fmt::Display) {
    let message = message.to_string();
    assert!(
        message.len() < 2_000,
        "a message of {} bytes",
        message.len()
    );
}
