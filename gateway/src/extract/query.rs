//! Query parameters. Unknown ones are refused, so that a misspelt `stage_only` does not release.

mod value;

use axum::{extract::FromRequestParts, http::request::Parts};
use serde::de::{DeserializeOwned, value::MapDeserializer};
use vortex_kit::error::Fault;

use self::value::Value;
use super::{Strict, percent, wording};
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

/// What errors call a query as a whole.
const WHOLE: &str = "query";

/// Reads a query that may hold only the parameters of `T`.
fn parse<T: DeserializeOwned>(query: &str) -> Result<T, Fault> {
    parse_lenient(query).map(|Strict(parameters)| parameters)
}

/// Reads the parameters of `T`, beside which there may be others.
pub(crate) fn parse_lenient<T: DeserializeOwned>(query: &str) -> Result<T, Fault> {
    let pairs = pairs(query)?.into_iter();
    let pairs = pairs.map(|(name, value)| (name, Value(value)));
    serde_path_to_error::deserialize(MapDeserializer::new(pairs)).map_err(|error| {
        let place = match error.path().to_string() {
            nowhere if nowhere == "." => WHOLE.to_owned(),
            parameter => parameter,
        };
        wording::fault(&place, WHOLE, &error.inner().to_string())
    })
}

/// Names and values, decoded.
fn pairs(query: &str) -> Result<Vec<(String, String)>, Fault> {
    // the parser below takes malformed escapes as they stand
    for pair in query.split('&') {
        let name = pair.split('=').next().unwrap_or_default();
        let is_plain = !name.is_empty() && !name.contains('%') && name.len() <= 64;
        percent::decode(if is_plain { name } else { WHOLE }, pair)?;
    }
    serde_urlencoded::from_str(query).map_err(|_| Fault::invalid(WHOLE, "cannot be read"))
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
        size: Option<u32>,
    }

    #[test]
    fn what_a_route_does_not_know_is_refused_by_name() {
        let fault = parse::<Parameters>("label=main&forse=true").unwrap_err();
        let told = "forse: is not known here; did you mean force?";
        assert_eq!(fault.message(), told);
    }

    #[test]
    fn what_is_said_twice_or_malformed_is_refused_by_its_parameter() {
        for (query, told) in [
            ("label=a&label=b", "label: is given twice"),
            ("force=yes", "force: must be true or false, not \"yes\""),
            (
                "size=-1",
                "size: must be a whole number from 0 to 4294967295, not \"-1\"",
            ),
            ("label=%zz", "label: holds a malformed percent escape"),
            ("label=%ff", "label: is not UTF-8"),
            ("label=%00", "label: holds a control character"),
            ("%zz=1", "query: holds a malformed percent escape"),
        ] {
            let fault = parse::<Parameters>(query).unwrap_err();
            assert_eq!(fault.message(), told, "{query}");
        }
    }
}
