//! JSON bodies. An unknown field is refused with its place or, where the handler asks for it,
//! skipped and counted.

use axum::extract::{FromRef, FromRequest, Request};
use http::{HeaderMap, header};
use metrics::Counter;
use serde::de::{DeserializeOwned, IgnoredAny};
use vortex_kit::{error::Fault, telemetry::Metrics};

use super::{Strict, counted, read, unsupported, wording};
use crate::problem::Problem;

/// A JSON body of at most `LIMIT` bytes.
#[derive(Debug)]
pub(crate) struct Json<T, const LIMIT: usize>(pub(crate) T);

/// A JSON body of at most 64 KiB, or none.
#[derive(Debug)]
pub(super) struct OptionalJson<T>(pub(super) Option<T>);

/// A JSON body of at most `LIMIT` bytes, and how many unknown fields in it were ignored.
#[derive(Debug)]
pub(crate) struct LenientJson<T, const LIMIT: usize>(pub(crate) T, pub(crate) u64);

/// Counts the fields that are ignored where reports are taken.
#[derive(Clone, Debug)]
pub(crate) struct IgnoredFields(Counter);

impl IgnoredFields {
    /// Registers the counter with `metrics`.
    pub(crate) fn new(metrics: &Metrics) -> Self {
        let help = "Unknown fields of heartbeats and reported figures, which were ignored";
        Self(metrics.counter("vortex_ignored_fields_total", help, &[]))
    }

    /// Counts fields that were ignored.
    pub(crate) fn count(&self, fields: u64) {
        self.0.increment(fields);
    }
}

const OPTIONAL_LIMIT: usize = 64 * 1024;

impl<T, S, const LIMIT: usize> FromRequest<S> for Json<T, LIMIT>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        require_json(request.headers())?;
        let body = read(request.into_body(), LIMIT).await?;
        Ok(Self(parse(&body)?))
    }
}

impl<T, S, const LIMIT: usize> FromRequest<S> for LenientJson<T, LIMIT>
where
    T: DeserializeOwned + Send,
    IgnoredFields: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        require_json(request.headers())?;
        let body = read(request.into_body(), LIMIT).await?;
        let (value, ignored) = parse_counting(&body)?;
        IgnoredFields::from_ref(state).count(ignored);
        Ok(Self(value, ignored))
    }
}

impl<T, S> FromRequest<S> for OptionalJson<T>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let body = read(body, OPTIONAL_LIMIT).await?;
        if body.is_empty() {
            return Ok(Self(None));
        }
        require_json(&parts.headers)?;
        Ok(Self(Some(parse(&body)?)))
    }
}

/// A browser asks before it sends JSON to another origin, so that requiring the type keeps foreign
/// pages from writing.
pub(crate) fn require_json(headers: &HeaderMap) -> Result<(), Fault> {
    let given = headers.get(header::CONTENT_TYPE);
    let given = given
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") || essence.ends_with("+json") {
        return Ok(());
    }
    let with_curl = "-H 'content-type: application/json'";
    Err(unsupported(given, "application/json", with_curl))
}

/// Reads a whole body.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut reader);
    let Strict(value) = value.map_err(|error| placed(&error, body))?;
    reader.end().map_err(|error| malformed(&error, WHOLE))?;
    Ok(value)
}

/// The value, and how many unknown fields were ignored.
pub(crate) fn parse_counting<T: DeserializeOwned>(body: &[u8]) -> Result<(T, u64), Fault> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let counted = counted::read(&mut reader).map_err(|error| found::<T>(&error, body))?;
    reader.end().map_err(|error| malformed(&error, WHOLE))?;
    Ok(counted)
}

/// The fault of a body that could not be read. It is read once more to find the place, which only
/// who sends such a body pays for.
fn found<T: DeserializeOwned>(error: &serde_json::Error, body: &[u8]) -> Fault {
    let mut reader = serde_json::Deserializer::from_slice(body);
    match serde_path_to_error::deserialize::<_, T>(&mut reader) {
        Err(error) => placed(&error, body),
        // it is the same body, of the same type
        Ok(_) => malformed(error, WHOLE),
    }
}

/// What errors call a body as a whole.
const WHOLE: &str = "body";

fn placed(error: &serde_path_to_error::Error<serde_json::Error>, body: &[u8]) -> Fault {
    let field = error.path().to_string();
    let field = if field == "." { WHOLE } else { &field };
    let error = error.inner();
    // a name that is no text is told as if the JSON were malformed
    let is_json = || serde_json::from_slice::<IgnoredAny>(body).is_ok();
    if error.is_data() || (error.is_syntax() && is_json()) {
        return at(wording::fault(field, WHOLE, &said(error)), error);
    }
    malformed(error, field)
}

fn malformed(error: &serde_json::Error, field: &str) -> Fault {
    let (line, column) = (error.line(), error.column());
    let said = said(error);
    let detail = format!("is not valid JSON: line {line}, column {column}: {said}");
    at(Fault::invalid(field, detail), error)
}

fn at(fault: Fault, error: &serde_json::Error) -> Fault {
    fault
        .with("line", error.line())
        .with("column", error.column())
}

/// What the parser says, without the place.
fn said(error: &serde_json::Error) -> String {
    let place = format!(" at line {} column {}", error.line(), error.column());
    let said = error.to_string();
    said.strip_suffix(&place).unwrap_or(&said).to_owned()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)] // read by the derived Debug alone
    struct Change {
        documents: Vec<Document>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)] // read by the derived Debug alone
    struct Document {
        path: String,
    }

    #[test]
    fn an_unknown_field_is_refused_with_its_place() {
        let body = b"{\"documents\":[{\"path\":\"a.yml\"},\n{\"paht\":\"b.yml\"}]}";
        let fault = parse::<Change>(body).unwrap_err();
        assert_eq!(fault.fields()[0].field, "documents[1].paht");
        assert_eq!(fault.metadata()["line"], "2");
    }

    #[test]
    fn what_is_wrong_is_said_in_the_words_of_the_api() {
        for (body, told) in [
            (&b"[1]"[..], "body: must be an object, not a list"),
            (b"{\"documents\":3}", "documents: must be a list, not 3"),
            (b"{\"documents\":[{}]}", "documents[0].path: is missing"),
            (b"{}", "documents: is missing"),
            (
                b"{\"documents\":[{\"path\":1}]}",
                "documents[0].path: must be a text, not 1",
            ),
            (
                b"{\"documents\":[,]}",
                "documents[0]: is not valid JSON: line 1, column 15: expected value",
            ),
        ] {
            let fault = parse::<Change>(body).unwrap_err();
            assert_eq!(fault.message(), told);
        }
    }

    #[test]
    fn where_that_is_asked_for_unknown_fields_are_counted() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Point {
            x: u32,
        }
        let body = br#"[{"x":1,"y":2,"z":{"a":1,"b":2}},{"x":3}]"#;
        let parsed = parse_counting(body).unwrap();
        assert_eq!(parsed, (vec![Point { x: 1 }, Point { x: 3 }], 2));
        let fault = parse_counting::<Vec<Point>>(br#"[{"x":1},{"x":"1"}]"#).unwrap_err();
        assert_eq!(fault.fields()[0].field, "[1].x");
        assert!(parse_counting::<Point>(br#"{"x":1} {}"#).is_err());
    }

    #[test]
    fn what_follows_the_value_is_refused() {
        assert!(parse::<Change>(b"{\"documents\":[]} {}").is_err());
        assert!(parse::<Change>(b"").is_err());
        assert!(parse::<Change>(b"{\"documents\":[\xff]}").is_err());
    }
}
