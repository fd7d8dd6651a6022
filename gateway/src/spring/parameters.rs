//! Query parameters of Spring's routes. Unlike under `/api`, unknown ones are passed over, as
//! Spring's server does.

use http::request::Parts;
use serde::Deserialize;
use vortex_kit::error::Fault;

use crate::percent;

#[derive(Debug, Default, Deserialize)]
struct Parameters {
    #[serde(rename = "resolvePlaceholders")]
    resolve_placeholders: Option<bool>,
    min_token: Option<String>,
}

/// Whether placeholders are replaced, which they are unless the request says otherwise.
pub(super) fn resolves(request: &Parts) -> Result<bool, Fault> {
    Ok(parse(request)?.resolve_placeholders.unwrap_or(true))
}

/// The token that the answer must not be older than.
pub(super) fn min_token(request: &Parts) -> Result<Option<String>, Fault> {
    Ok(parse(request)?.min_token)
}

fn parse(request: &Parts) -> Result<Parameters, Fault> {
    let Some(query) = request.uri.query() else {
        return Ok(Parameters::default());
    };
    percent::decode("query", query)?;
    serde_urlencoded::from_str(query).map_err(|error| Fault::invalid("query", error.to_string()))
}
