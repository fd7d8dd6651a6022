//! The path prefix of Spring's routes.

use std::{fmt, str::FromStr};

use http::{Uri, uri::PathAndQuery};
use vortex_names::is_reserved;

/// A path such as `/config`, or nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpringPrefix(String);

/// The text is not a valid prefix.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not a valid prefix for Spring's routes: {why}")]
pub struct InvalidPrefix {
    given: String,
    why: &'static str,
}

impl SpringPrefix {
    /// What follows the prefix, from its slash on; `None` for paths elsewhere.
    pub(crate) fn strip<'p>(&self, path: &'p str) -> Option<&'p str> {
        path.strip_prefix(&*self.0)
            .filter(|rest| rest.starts_with('/'))
    }

    /// Takes the prefix from a path of what encrypts and decrypts, which has it as Spring's other
    /// routes do, and is served without it too.
    pub(crate) fn unmove(&self, uri: &mut Uri) {
        if self.0.is_empty() {
            return;
        }
        let Some(rest) = self.strip(uri.path()).filter(|rest| is_of_ciphers(rest)) else {
            return;
        };
        let target = match uri.query() {
            Some(query) => PathAndQuery::try_from(format!("{rest}?{query}")),
            None => PathAndQuery::try_from(rest),
        };
        let mut parts = std::mem::take(uri).into_parts();
        // a part of what was parsed parses
        parts.path_and_query = target.ok().or(parts.path_and_query);
        *uri = Uri::from_parts(parts).unwrap_or_default();
    }
}

/// Whether a path is one of `/encrypt`, `/decrypt` and `/key`. An application `key` has its other
/// routes.
pub(crate) fn is_of_ciphers(path: &str) -> bool {
    let mut parts = path.split('/').skip(1);
    let (first, others) = (parts.next(), parts.count());
    match first {
        Some("key") => matches!(others, 0 | 2),
        Some("encrypt" | "decrypt") => true,
        _ => false,
    }
}

impl FromStr for SpringPrefix {
    type Err = InvalidPrefix;

    fn from_str(given: &str) -> Result<Self, Self::Err> {
        let invalid = |why| InvalidPrefix {
            given: given.to_owned(),
            why,
        };
        let Some(path) = given.strip_prefix('/') else {
            return match given.is_empty() {
                true => Ok(Self::default()),
                false => Err(invalid("it does not begin with a slash")),
            };
        };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let mut segments = path.split('/');
        if !segments
            .clone()
            .all(|segment| !segment.is_empty() && segment.bytes().all(plain))
        {
            return Err(invalid(
                "its parts may only have letters, digits, '.', '_' and '-'",
            ));
        }
        if segments.next().is_some_and(is_reserved) {
            return Err(invalid("its first part is reserved"));
        }
        Ok(Self(given.to_owned()))
    }
}

impl fmt::Display for SpringPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_encrypts_is_found_with_the_prefix_too() {
        let prefix: SpringPrefix = "/config".parse().unwrap();
        for (given, expected) in [
            ("/config/encrypt", "/encrypt"),
            ("/config/key?a=b", "/key?a=b"),
            ("/config/key/orders/prod", "/key/orders/prod"),
            ("/config/key/prod", "/config/key/prod"),
            ("/config/orders/prod", "/config/orders/prod"),
            ("/encrypt", "/encrypt"),
        ] {
            let mut uri: Uri = given.parse().unwrap();
            prefix.unmove(&mut uri);
            assert_eq!(uri.to_string(), expected, "{given}");
        }
    }

    #[test]
    fn a_prefix_takes_its_routes_and_leaves_the_rest() {
        let prefix: SpringPrefix = "/spring/config".parse().unwrap();
        assert_eq!(
            prefix.strip("/spring/config/orders/dev"),
            Some("/orders/dev")
        );
        assert_eq!(prefix.strip("/spring/configs/orders"), None);
        assert_eq!(prefix.strip("/spring/config"), None);
        assert_eq!(
            SpringPrefix::default().strip("/orders/dev"),
            Some("/orders/dev")
        );
    }

    #[test]
    fn what_would_hide_our_own_routes_or_never_match_is_refused() {
        for text in [
            "config",
            "/",
            "/a/",
            "//a",
            "/api",
            "/health/x",
            "/a b",
            "/a%20b",
        ] {
            assert!(text.parse::<SpringPrefix>().is_err(), "{text}");
        }
    }
}
