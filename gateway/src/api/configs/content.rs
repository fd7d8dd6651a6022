//! Reads a document's content, and its media type, which has several names.

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::{HeaderMap, header};
use vortex_kit::error::Fault;

use crate::{
    extract::{read, unsupported},
    problem::Problem,
};

/// Limit of the body, in bytes: a little over that of a document, so that it is config-svc that
/// refuses a document which is too large.
const LIMIT: usize = (1 << 20) + (64 << 10);

/// The options with which curl sends a file unchanged; `-d` removes line breaks and declares a
/// form.
const WITH_CURL: &str = "--data-binary @FILE -H 'content-type: application/yaml'";

/// A document to be written.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) bytes: Bytes,
    /// `application/yaml`, `application/json`, `text/x-java-properties`, or empty when the caller
    /// did not say.
    pub(super) media_type: &'static str,
}

impl<S: Send + Sync> FromRequest<S> for Content {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let media_type = media_type(request.headers())?;
        let bytes = read(request.into_body(), LIMIT).await?;
        Ok(Self { bytes, media_type })
    }
}

fn media_type(headers: &HeaderMap) -> Result<&'static str, Fault> {
    let given = headers
        .get(header::CONTENT_TYPE)
        .map(|value| value.to_str());
    let given = given.unwrap_or(Ok("")).unwrap_or("?").to_ascii_lowercase();
    let mut parts = given.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    let charset = parts.find_map(|part| part.strip_prefix("charset="));
    let known = canonical(essence).filter(|_| charset.is_none_or(is_utf8));
    known.ok_or_else(|| {
        let formats = "application/yaml, application/json or text/x-java-properties, in UTF-8";
        unsupported(&given, formats, WITH_CURL)
    })
}

fn canonical(essence: &str) -> Option<&'static str> {
    match essence {
        "application/yaml"
        | "application/x-yaml"
        | "application/vnd.yaml"
        | "text/yaml"
        | "text/x-yaml"
        | "text/vnd.yaml" => Some("application/yaml"),
        "application/json" | "text/json" => Some("application/json"),
        "text/x-java-properties" | "text/x-properties" | "application/x-java-properties" => {
            Some("text/x-java-properties")
        }
        // the default of most libraries
        "" | "application/octet-stream" => Some(""),
        _ => None,
    }
}

fn is_utf8(charset: &str) -> bool {
    matches!(charset.trim_matches('"'), "utf-8" | "utf8" | "us-ascii")
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use vortex_kit::error::Reason;

    use super::*;

    fn read(given: &'static str) -> Result<&'static str, Fault> {
        let given = HeaderValue::from_static(given);
        media_type(&HeaderMap::from_iter([(header::CONTENT_TYPE, given)]))
    }

    #[test]
    fn a_media_type_goes_by_many_names() {
        assert_eq!(read("text/yaml").unwrap(), "application/yaml");
        assert_eq!(
            read("Application/X-YAML; charset=UTF-8").unwrap(),
            "application/yaml"
        );
        assert_eq!(
            read("application/json;charset=\"utf-8\"").unwrap(),
            "application/json"
        );
        assert_eq!(read("application/octet-stream").unwrap(), "");
        assert_eq!(media_type(&HeaderMap::new()).unwrap(), "");
    }

    #[test]
    fn what_is_no_format_of_ours_is_refused() {
        for given in [
            "text/html",
            "application/yaml; charset=latin1",
            "application/xml",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "yaml",
        ] {
            assert_eq!(
                read(given).unwrap_err().reason(),
                Reason::UnsupportedFormat,
                "{given}"
            );
        }
    }
}
