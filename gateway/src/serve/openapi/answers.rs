//! Every status that an operation may be answered with.

use serde_json::{Map, Value, json};

/// An operation, as far as its answers depend on it.
#[derive(Debug)]
pub(super) struct Operation<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    /// The names of its parameters.
    pub(super) parameters: Vec<String>,
}

impl Operation<'_> {
    /// Adds the errors that may come, and 304 where a caller may hold the answer already.
    pub(super) fn add(&self, responses: &mut Map<String, Value>) {
        for (status, description) in ERRORS {
            if self.may_answer(status) {
                let problem = json!({
                    "description": description,
                    "content": {"application/problem+json":
                        {"schema": {"$ref": "#/components/schemas/Problem"}}},
                });
                responses.entry(status.to_string()).or_insert(problem);
            }
        }
        if self.is_tagged() {
            let unchanged = json!({"description": "The caller holds it already: If-None-Match"});
            responses.entry("304").or_insert(unchanged);
        }
        responses.sort_keys();
    }

    fn may_answer(&self, status: u16) -> bool {
        match status {
            400 | 403 | 431 | 500 | 503 => true,
            401 | 429 => self.calls() || matches!(self.path, "/health" | "/metrics"),
            404 => self.calls() && (self.names_something() || self.changes()),
            409 => self.changes(),
            412 => self.changes() || self.has("min_token") || self.reads_views(),
            413 => self.changes() || self.reads_views() || self.path.ends_with("/diff"),
            415 | 422 | 507 => self.changes(),
            426 => self.connects(),
            504 => self.calls(),
            _ => false,
        }
    }

    /// Whether it is answered by a service behind the gateway.
    fn calls(&self) -> bool {
        !self.path.starts_with("/health")
            && !matches!(self.path, "/" | "/metrics" | super::DOCUMENT_PATH)
    }

    /// Whether there may be no such thing as it is about: what is named, or the key of ciphers.
    fn names_something(&self) -> bool {
        let is_of_ciphers = matches!(self.path, "/key" | "/encrypt/status");
        is_of_ciphers || self.path.contains('{') || self.has("label")
    }

    fn changes(&self) -> bool {
        self.method != "get"
    }

    /// Whether it answers what an application gets, or content, which may be too much.
    fn reads_views(&self) -> bool {
        self.calls() && !self.changes() && self.path.contains("profile")
    }

    /// Whether what follows is no answer.
    fn connects(&self) -> bool {
        self.path.starts_with("/ws/")
    }

    fn is_tagged(&self) -> bool {
        self.calls() && !self.changes() && !self.connects() && !self.path.contains("/watch")
    }

    fn has(&self, parameter: &str) -> bool {
        self.parameters.iter().any(|name| name == parameter)
    }
}

/// The errors there are.
const ERRORS: [(u16, &str); 16] = [
    (400, "A parameter, a header or the body is not valid"),
    (
        401,
        "The call needs credentials, or has none that are valid",
    ),
    (403, "The caller may not do this, or not from there"),
    (404, "What is named does not exist"),
    (409, "Something else is in force than the caller expects"),
    (
        412,
        "A condition does not hold, or a token is of another store",
    ),
    (413, "The body or the answer is too large"),
    (
        415,
        "The body is of another media type than those that are taken",
    ),
    (422, "The content cannot be read, or a request id is reused"),
    (426, "The path is for WebSocket connections"),
    (
        429,
        "Too many calls of this caller, or without valid credentials",
    ),
    (431, "There are too many headers, or too large ones"),
    (
        500,
        "An error in the server, or a file of a source that cannot be read",
    ),
    (
        503,
        "A service is not available, or too much is asked at once",
    ),
    (
        504,
        "There was no answer in time; a write may have been done",
    ),
    (507, "The disk of the service is full; nothing was done"),
];
