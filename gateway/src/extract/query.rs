//! Query parameters. Unknown ones are refused, so that a misspelt `stage_only` does not release.

use axum::{extract::FromRequestParts, http::request::Parts};
use serde::de::DeserializeOwned;
use vortex_kit::error::Fault;

use super::{Strict, percent};
use crate::problem::Problem;

/// The query of a request.
#[derive(Debug)]
pub(crate) struct Query<T>(pub(crate) T);

/// Refuses any query, for routes that take no parameters.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoQuery {}

impl<S: Send + Sync> FromRequestParts<S> for NoQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Query(nothing) = Query::from_request_parts(parts, state).await?;
        Ok(nothing)
    }
}

impl<T, S> FromRequestParts<S> for Query<T>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self(parse(parts.uri.query().unwrap_or_default())?))
    }
}

fn parse<T: DeserializeOwned>(query: &str) -> Result<T, Fault> {
    // the parser below takes malformed escapes as they stand
    percent::decode("query", query)?;
    match serde_urlencoded::from_str(query) {
        Ok(Strict(parameters)) => Ok(parameters),
        Err(error) => Err(Fault::invalid("query", error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)] // read by the derived Debug alone
    struct Parameters {
        label: Option<String>,
        force: Option<bool>,
    }

    #[test]
    fn what_a_route_does_not_know_is_refused_by_name() {
        let fault = parse::<Parameters>("label=main&forse=true").unwrap_err();
        assert!(fault.message().contains("`forse`"), "{fault}");
        assert!(fault.message().contains("`force`"), "{fault}");
    }

    #[test]
    fn what_is_said_twice_or_malformed_is_refused() {
        for query in [
            "label=a&label=b",
            "force=yes",
            "label=%zz",
            "label=%ff",
            "label=%00",
        ] {
            assert!(parse::<Parameters>(query).is_err(), "{query}");
        }
    }
}
