//! Query parameters of Spring's routes. Unlike under `/api`, unknown ones are ignored, as Spring's
//! server does.

use http::request::Parts;
use serde::Deserialize;
use vortex_kit::error::Fault;

use crate::extract::parse_lenient;

/// The parameters.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Parameters {
    #[serde(rename = "resolvePlaceholders")]
    resolve_placeholders: Option<bool>,
    /// The answer must not be older than this token.
    pub(super) min_token: Option<String>,
    /// The subject that is served.
    pub(super) key: Option<String>,
}

impl Parameters {
    /// Reads them from a request.
    pub(super) fn of(request: &Parts) -> Result<Self, Fault> {
        let Some(query) = request.uri.query() else {
            return Ok(Self::default());
        };
        parse_lenient(query)
    }

    /// Whether placeholders are resolved; true by default.
    pub(super) fn resolves(&self) -> bool {
        self.resolve_placeholders.unwrap_or(true)
    }
}
