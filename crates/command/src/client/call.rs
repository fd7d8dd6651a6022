//! One call of the gateway's API.

use bytes::Bytes;
use reqwest::{
    Method, Url,
    header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use serde_json::Value;

use crate::error::Error;

/// One call of the gateway's API.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(super) method: Method,
    segments: Vec<String>,
    query: Vec<(&'static str, String)>,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Bytes>,
    /// The id it is made under; the invocation's when there is none.
    pub(super) request_id: Option<String>,
}

impl Call {
    /// Reads what is at a path, given as its segments, which are escaped.
    pub(crate) fn get<S: AsRef<str>>(segments: impl IntoIterator<Item = S>) -> Self {
        Self::new(Method::GET, segments)
    }

    /// Commands what is at a path.
    pub(crate) fn post<S: AsRef<str>>(segments: impl IntoIterator<Item = S>) -> Self {
        Self::new(Method::POST, segments)
    }

    /// Writes what is at a path.
    pub(crate) fn put<S: AsRef<str>>(segments: impl IntoIterator<Item = S>) -> Self {
        Self::new(Method::PUT, segments)
    }

    /// Changes a part of what is at a path.
    pub(crate) fn patch<S: AsRef<str>>(segments: impl IntoIterator<Item = S>) -> Self {
        Self::new(Method::PATCH, segments)
    }

    /// Deletes what is at a path.
    pub(crate) fn delete<S: AsRef<str>>(segments: impl IntoIterator<Item = S>) -> Self {
        Self::new(Method::DELETE, segments)
    }

    fn new<S: AsRef<str>>(method: Method, segments: impl IntoIterator<Item = S>) -> Self {
        let segments = segments.into_iter();
        Self {
            method,
            segments: segments
                .map(|segment| segment.as_ref().to_owned())
                .collect(),
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: None,
            request_id: None,
        }
    }

    /// Adds a parameter, unless it is absent.
    pub(crate) fn query(mut self, name: &'static str, value: Option<impl Into<String>>) -> Self {
        self.query.extend(value.map(|value| (name, value.into())));
        self
    }

    /// Adds a parameter when it holds.
    pub(crate) fn flag(self, name: &'static str, holds: bool) -> Self {
        self.query(name, holds.then_some("true"))
    }

    /// Adds a header, unless it is absent.
    ///
    /// Fails when the value can't be one.
    pub(crate) fn header(mut self, name: HeaderName, value: Option<&str>) -> Result<Self, Error> {
        if let Some(value) = value {
            let value = HeaderValue::from_str(value)
                .map_err(|_| Error::Usage(format!("{value:?} can't be sent as {name}")))?;
            self.headers.insert(name, value);
        }
        Ok(self)
    }

    /// Sends bytes as they are.
    pub(crate) fn body(mut self, bytes: impl Into<Bytes>) -> Self {
        self.body = Some(bytes.into());
        self
    }

    /// Sends JSON.
    pub(crate) fn json(self, value: &Value) -> Self {
        self.json_text(value.to_string())
    }

    /// Sends a text that is JSON.
    pub(crate) fn json_text(mut self, text: String) -> Self {
        let json = HeaderValue::from_static("application/json");
        self.headers.insert(CONTENT_TYPE, json);
        self.body(text)
    }

    /// Makes it under an id of its own, where one invocation does several different things.
    pub(crate) fn under(mut self, request_id: String) -> Self {
        self.request_id = Some(request_id);
        self
    }

    /// Whether it may change something.
    pub(crate) fn is_mutation(&self) -> bool {
        self.method != Method::GET
    }

    /// Its address below the server's.
    ///
    /// Fails for segments that would be taken for no segment, or for a way up.
    pub(super) fn url(&self, server: &Url) -> Result<Url, Error> {
        let none = self
            .segments
            .iter()
            .find(|segment| matches!(segment.as_str(), "" | "." | ".."));
        if let Some(segment) = none {
            return Err(Error::Input {
                code: "INVALID_NAME",
                detail: format!("{segment:?} is not a valid name"),
            });
        }
        let mut url = server.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(&self.segments);
        }
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        Ok(url)
    }
}

/// A digest as an entity tag; `*` and what has quotes already stay.
pub(crate) fn entity_tag(digest: &str) -> String {
    match digest {
        "*" => digest.to_owned(),
        quoted if quoted.ends_with('"') => quoted.to_owned(),
        bare => format!("\"{bare}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(server: &str, segments: &[&str]) -> Result<String, Error> {
        let call = Call::get(segments).query("label", Some("feature/x y"));
        Ok(call.url(&Url::parse(server).unwrap())?.to_string())
    }

    #[test]
    fn names_are_escaped_and_stay_below_the_server() {
        assert_eq!(
            url("http://a/vortex/", &["api", "a/b?c#d", "dev,prod"]).unwrap(),
            "http://a/vortex/api/a%2Fb%3Fc%23d/dev,prod?label=feature%2Fx+y"
        );
        for name in ["", ".", ".."] {
            let refused = url("http://a", &["api", name]).unwrap_err();
            assert!(refused.to_string().starts_with("INVALID_NAME"), "{refused}");
        }
    }

    #[test]
    fn a_digest_is_quoted_once() {
        assert_eq!(entity_tag("ab"), "\"ab\"");
        assert_eq!(entity_tag("\"ab\""), "\"ab\"");
        assert_eq!(entity_tag("*"), "*");
    }
}
