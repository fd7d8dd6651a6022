//! Where a request shows who makes it.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use vortex_access::{Credential, InvalidCredential, Presented, credential};

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// What a request shows of who makes it: its headers `X-API-Key` and `Authorization`, and beside
/// them only what its route asks for.
///
/// A browser can set no header where it opens a stream of events or a socket, so such routes also
/// take a credential from the URL, or from among the subprotocols. Elsewhere it is not looked for
/// there: URLs land in logs and histories.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    headers: &'a HeaderMap,
    tokens: &'a [String],
    subprotocols: bool,
}

impl<'a> Shown<'a> {
    /// With the values of `?token=`, decoded, for a stream or a socket that browsers open.
    #[must_use]
    pub fn with_tokens(self, tokens: &'a [String]) -> Self {
        Self { tokens, ..self }
    }

    /// With the subprotocols `bearer.<token>`, for a socket that browsers open. Its answer must
    /// choose another subprotocol, or none: what is chosen is sent back.
    #[must_use]
    pub fn with_subprotocols(self) -> Self {
        Self {
            subprotocols: true,
            ..self
        }
    }

    /// The one credential that is shown.
    pub(super) fn credential(self) -> Result<Option<Credential>, InvalidCredential> {
        let tokens: Vec<&str> = self.tokens.iter().map(String::as_str).collect();
        let subprotocols = match self.subprotocols {
            true => self.values(&header::SEC_WEBSOCKET_PROTOCOL),
            false => Vec::new(),
        };
        credential(Presented {
            api_key: &self.values(&API_KEY),
            authorization: &self.values(&header::AUTHORIZATION),
            token: &tokens,
            subprotocols: &subprotocols,
        })
    }

    /// What is shown, where that is one value in a header in which a key stands by itself, as nearly
    /// all requests have it. It may not be a key.
    pub(super) fn bare(self) -> Option<&'a [u8]> {
        let is_elsewhere = self.subprotocols || !self.tokens.is_empty();
        let one = |name: &HeaderName| {
            let mut values = self.headers.get_all(name).into_iter();
            (values.next(), values.next().is_some())
        };
        match (one(&API_KEY), one(&header::AUTHORIZATION)) {
            _ if is_elsewhere => None,
            ((Some(key), false), (None, _)) => Some(key.as_bytes()),
            ((None, _), (Some(value), false)) => value.as_bytes().strip_prefix(b"Bearer "),
            _ => None,
        }
    }

    fn values(self, name: &HeaderName) -> Vec<&'a [u8]> {
        let values = self.headers.get_all(name).into_iter();
        values.map(HeaderValue::as_bytes).collect()
    }
}

impl<'a> From<&'a HeaderMap> for Shown<'a> {
    fn from(headers: &'a HeaderMap) -> Self {
        Self {
            headers,
            tokens: &[],
            subprotocols: false,
        }
    }
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shown").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use vortex_access::{ApiKey, Place};

    use super::*;

    fn key(number: u8) -> String {
        let key = ApiKey::from_random([number; 10], [number; 32]);
        key.expose().to_owned()
    }

    fn headers(given: &[(HeaderName, &str)]) -> HeaderMap {
        let given = given.iter();
        given
            .map(|(name, value)| (name.clone(), value.parse().unwrap()))
            .collect()
    }

    fn found(shown: Shown<'_>) -> Result<Option<String>, InvalidCredential> {
        Ok(shown.credential()?.map(|found| match found {
            Credential::Key(key) => key.expose().to_owned(),
            Credential::Jwt(token) => token.expose().to_owned(),
        }))
    }

    #[test]
    fn what_a_route_does_not_ask_for_is_not_looked_at() {
        let jwt = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln";
        for given in [key(1), jwt.to_owned()] {
            let protocols = format!("vortex.v1, bearer.{given}");
            let headers = headers(&[(header::SEC_WEBSOCKET_PROTOCOL, &protocols)]);
            let shown = Shown::from(&headers);
            assert_eq!(found(shown), Ok(None));
            assert_eq!(found(shown.with_subprotocols()), Ok(Some(given.clone())));
            assert_eq!(
                found(shown.with_tokens(std::slice::from_ref(&given))),
                Ok(Some(given))
            );
        }
    }

    #[test]
    fn two_credentials_that_differ_are_nobodys_wherever_they_stand() {
        let bearer = format!("Bearer {}", key(1));
        let protocol = format!("bearer.{}", key(2));
        let headers = headers(&[
            (header::AUTHORIZATION, &bearer),
            (header::SEC_WEBSOCKET_PROTOCOL, &protocol),
        ]);
        let shown = Shown::from(&headers);
        assert_eq!(found(shown), Ok(Some(key(1))));
        assert_eq!(found(shown.with_tokens(&[key(1)])), Ok(Some(key(1))));
        for (shown, place) in [
            (shown.with_tokens(&[key(2)]), Place::Query),
            (shown.with_subprotocols(), Place::Subprotocol),
        ] {
            let conflict = InvalidCredential::Conflict(Place::Authorization, place);
            assert_eq!(found(shown), Err(conflict));
        }
    }

    #[test]
    fn it_is_never_printed() {
        let headers = headers(&[(API_KEY, &key(1))]);
        let tokens = [key(2)];
        let printed = format!("{:?}", Shown::from(&headers).with_tokens(&tokens));
        assert_eq!(printed, "Shown { .. }");
    }
}
