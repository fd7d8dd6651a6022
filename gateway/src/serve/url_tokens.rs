//! Credentials in URLs: `?token=`, on routes that a browser opens as an `EventSource`, which can
//! set no header.
//!
//! They are taken out of the URL before anything else sees it, so that no handler, log line or
//! error can repeat them. On all other routes `token` is a parameter like any that is not known.

use std::{borrow::Cow, fmt};

use http::{HeaderValue, Method, Uri, header, request::Parts};

use crate::{api, extract::percent};

/// The parameter.
const NAME: &str = "token";

/// The routes that take a credential from their URL: those whose answer is a stream of events.
#[derive(Debug)]
pub(super) struct Streams(Vec<String>);

/// The credentials that stood in a URL, decoded.
#[derive(Default)]
pub(super) struct UrlTokens(Vec<String>);

impl Streams {
    /// All of the router's.
    pub(super) fn new() -> Self {
        let described = api::endless().into_openapi();
        Self(described.paths.paths.into_keys().collect())
    }

    /// Takes the credentials out of a request's URL where it is one for a stream.
    pub(super) fn take_tokens(&self, request: &mut Parts) -> UrlTokens {
        let Some(query) = request.uri.query() else {
            return UrlTokens::default();
        };
        if request.method != Method::GET || !self.has(request.uri.path()) {
            return UrlTokens::default();
        }
        let (tokens, rest) = take(query);
        if !tokens.is_empty() {
            request.uri = with_query(&request.uri, &rest);
        }
        UrlTokens(tokens)
    }

    /// Whether a path, or a template, is a stream's.
    pub(super) fn has(&self, path: &str) -> bool {
        self.0.iter().any(|template| is_of(path, template))
    }
}

impl UrlTokens {
    /// Each of them.
    pub(super) fn all(&self) -> &[String] {
        &self.0
    }

    /// Keeps the answer to such a URL out of caches, and the URL out of what its answer leads to.
    pub(super) fn guard(&self, headers: &mut http::HeaderMap) {
        if !self.0.is_empty() {
            let (no_store, no_referrer) = ("no-store", "no-referrer");
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(no_store));
            headers.insert(
                header::REFERRER_POLICY,
                HeaderValue::from_static(no_referrer),
            );
        }
    }
}

impl fmt::Debug for UrlTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UrlTokens({})", self.0.len())
    }
}

/// Whether a path is one of a template's, in whose place any text but an empty one may stand.
fn is_of(path: &str, template: &str) -> bool {
    let (mut given, mut wanted) = (path.split('/'), template.split('/'));
    loop {
        match (given.next(), wanted.next()) {
            (None, None) => return true,
            (Some(given), Some(wanted)) if wanted.starts_with('{') && !given.is_empty() => {}
            (Some(given), Some(wanted)) if wanted == given => {}
            _ => return false,
        }
    }
}

/// The credentials of a query, and the query without them. What can't be decoded is no credential,
/// and is left to be refused as that.
pub(crate) fn take(query: &str) -> (Vec<String>, String) {
    let mut tokens = Vec::new();
    let mut rest = Vec::new();
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        match percent::decode(NAME, name).is_ok_and(|name| name == NAME) {
            true => {
                let decoded = percent::decode(NAME, value);
                tokens.push(decoded.map_or_else(|_| value.to_owned(), Cow::into_owned));
            }
            false => rest.push(pair),
        }
    }
    (tokens, rest.join("&"))
}

fn with_query(uri: &Uri, query: &str) -> Uri {
    let path = match query {
        "" => uri.path().to_owned(),
        query => format!("{}?{query}", uri.path()),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = path.parse().ok();
    // a part of what was valid is valid
    Uri::from_parts(parts).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    /// The credentials of a request, and the URL that is left.
    fn taken(method: &str, url: &str) -> (Vec<String>, String) {
        let request = Request::builder().method(method).uri(url).body(());
        let (mut parts, ()) = request.unwrap().into_parts();
        let tokens = Streams::new().take_tokens(&mut parts);
        (tokens.0, parts.uri.to_string())
    }

    #[test]
    fn a_streams_url_is_left_without_its_credentials() {
        for (url, tokens, left) in [
            ("/api/watch/a/b?token=x", &["x"][..], "/api/watch/a/b"),
            (
                "/api/watch/a/b?label=m&token=x.y-z_&key=1",
                &["x.y-z_"],
                "/api/watch/a/b?label=m&key=1",
            ),
            (
                "http://localhost/api/rollouts/1/watch?token=x&token=y",
                &["x", "y"],
                "http://localhost/api/rollouts/1/watch",
            ),
            (
                "/api/watch/a/b?%74oken=%78&tokens=1",
                &["x"],
                "/api/watch/a/b?tokens=1",
            ),
            ("/api/watch/a/b?token&a", &[""], "/api/watch/a/b?a"),
            ("/api/watch/a/b?token=%zz", &["%zz"], "/api/watch/a/b"),
            ("/api/watch/a/b?a=token", &[], "/api/watch/a/b?a=token"),
        ] {
            let tokens: Vec<String> = tokens.iter().map(|&token| token.to_owned()).collect();
            assert_eq!(taken("GET", url), (tokens, left.to_owned()), "{url}");
        }
    }

    #[test]
    fn no_other_url_is_touched() {
        for (method, url) in [
            ("GET", "/api/effective/a/b?token=x"),
            ("GET", "/api/watch/a?token=x"),
            ("GET", "/api/watch/a/?token=x"),
            ("GET", "/api/watch/a/b/c?token=x"),
            ("GET", "/api/rollouts/1?token=x"),
            ("GET", "/a/b?token=x"),
            ("POST", "/api/watch/a/b?token=x"),
            ("HEAD", "/api/watch/a/b?token=x"),
        ] {
            assert_eq!(taken(method, url), (Vec::new(), url.to_owned()), "{method}");
        }
    }
}
