//! The handshake by which a request becomes a connection (RFC 6455, 4.2), over HTTP/1.1.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, Version, header, request::Parts};
use sha1::{Digest as _, Sha1};

/// The one subprotocol.
pub const PROTOCOL: &str = "vortex.v1";
/// The version of RFC 6455.
const VERSION: &str = "13";
/// What is hashed with a client's key (RFC 6455, 1.3).
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// A handshake that is in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    accept: String,
    has_protocol: bool,
}

/// Why a request is no handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It does not ask for a connection.
    #[error("this path is for WebSocket connections over HTTP/1.1: send `Upgrade: websocket`")]
    NoUpgrade,
    /// It asks for another version of the protocol.
    #[error("only version {VERSION} of the WebSocket protocol is spoken")]
    Version,
    /// Its key is none.
    #[error("must be 16 bytes in base64, given once")]
    Key,
    /// It offers subprotocols, and ours is none of them.
    #[error("must offer {PROTOCOL:?}, the one subprotocol that is spoken here, or nothing")]
    Protocol,
    /// It has a body.
    #[error("a WebSocket handshake has no body")]
    Body,
}

impl Refused {
    /// The header that is wrong, where it is one.
    pub fn header(self) -> Option<&'static str> {
        match self {
            Self::Key => Some("Sec-WebSocket-Key"),
            Self::Protocol => Some("Sec-WebSocket-Protocol"),
            Self::NoUpgrade | Self::Version | Self::Body => None,
        }
    }

    /// Whether the client has to upgrade to what is spoken here, by 426.
    pub fn needs_upgrade(self) -> bool {
        matches!(self, Self::NoUpgrade | Self::Version)
    }
}

/// Checks a request.
///
/// # Errors
/// It is no handshake.
pub fn check(request: &Parts) -> Result<Accepted, Refused> {
    let headers = &request.headers;
    if !asks(request) {
        return Err(Refused::NoUpgrade);
    }
    if one(headers, &header::SEC_WEBSOCKET_VERSION) != Some(VERSION) {
        return Err(Refused::Version);
    }
    let key = one(headers, &header::SEC_WEBSOCKET_KEY).ok_or(Refused::Key)?;
    if STANDARD.decode(key).map(|bytes| bytes.len()) != Ok(16) {
        return Err(Refused::Key);
    }
    let empty = |length: &HeaderValue| length == "0";
    if headers.contains_key(header::TRANSFER_ENCODING)
        || !headers.get(header::CONTENT_LENGTH).is_none_or(empty)
    {
        return Err(Refused::Body);
    }
    Ok(Accepted {
        accept: accept(key),
        has_protocol: protocol(headers)?,
    })
}

/// Whether a request asks for a connection, in order or not.
pub fn asks(request: &Parts) -> bool {
    let headers = &request.headers;
    request.version == Version::HTTP_11
        && has(headers, &header::UPGRADE, "websocket")
        && has(headers, &header::CONNECTION, "upgrade")
}

impl Accepted {
    /// The headers of the answer, which is 101.
    pub fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        // base64 is visible ASCII
        if let Ok(accept) = HeaderValue::from_str(&self.accept) {
            headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
        }
        if self.has_protocol {
            let protocol = HeaderValue::from_static(PROTOCOL);
            headers.insert(header::SEC_WEBSOCKET_PROTOCOL, protocol);
        }
        headers
    }
}

/// The headers of an answer that is 426.
pub fn upgrade_headers() -> [(HeaderName, HeaderValue); 3] {
    [
        (header::UPGRADE, HeaderValue::from_static("websocket")),
        (header::CONNECTION, HeaderValue::from_static("Upgrade")),
        (
            header::SEC_WEBSOCKET_VERSION,
            HeaderValue::from_static(VERSION),
        ),
    ]
}

fn accept(key: &str) -> String {
    let hash = Sha1::new().chain_update(key).chain_update(GUID);
    STANDARD.encode(hash.finalize())
}

/// Whether ours is among the subprotocols that are offered; an error if others are, and ours not.
fn protocol(headers: &HeaderMap) -> Result<bool, Refused> {
    let offered: Vec<&str> = items(headers, &header::SEC_WEBSOCKET_PROTOCOL).collect();
    match offered.contains(&PROTOCOL) {
        true => Ok(true),
        false if offered.is_empty() => Ok(false),
        false => Err(Refused::Protocol),
    }
}

fn has(headers: &HeaderMap, name: &HeaderName, wanted: &str) -> bool {
    items(headers, name).any(|item| item.eq_ignore_ascii_case(wanted))
}

/// The items of a list, over all headers of the name.
fn items<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'h str> {
    let values = headers.get_all(name).into_iter();
    let texts = values.filter_map(|value| value.to_str().ok());
    let items = texts.flat_map(|text| text.split(',').map(str::trim));
    items.filter(|item| !item.is_empty())
}

/// The value of a header that is given once.
fn one<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut values = headers.get_all(name).into_iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    /// The handshake of RFC 6455, 1.3, with a header more or another value.
    fn request(name: &str, value: &str) -> Parts {
        let mut headers = vec![
            ("host", "server.example.com"),
            ("upgrade", "websocket"),
            ("connection", "Upgrade"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ("sec-websocket-version", "13"),
        ];
        headers.retain(|(other, _)| *other != name);
        if !value.is_empty() {
            headers.push((name, value));
        }
        let mut request = Request::builder().uri("/ws/a/b");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn the_example_of_the_rfc_is_answered_as_there() {
        let accepted = check(&request("x", "y")).unwrap();
        let headers = accepted.headers();
        assert_eq!(
            headers["sec-websocket-accept"],
            "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        );
        assert_eq!(headers.get("sec-websocket-protocol"), None);
    }

    #[test]
    fn a_list_says_the_same_as_a_word() {
        for (name, value) in [
            ("connection", "keep-alive, upgrade"),
            ("upgrade", "WebSocket"),
            ("upgrade", "h2c, websocket"),
            ("content-length", "0"),
            (
                "sec-websocket-extensions",
                "permessage-deflate; client_max_window_bits",
            ),
        ] {
            assert!(check(&request(name, value)).is_ok(), "{name}: {value}");
        }
    }

    #[test]
    fn what_is_no_handshake_says_why() {
        for (name, value, refused) in [
            ("upgrade", "", Refused::NoUpgrade),
            ("upgrade", "h2c", Refused::NoUpgrade),
            ("connection", "keep-alive", Refused::NoUpgrade),
            ("sec-websocket-version", "", Refused::Version),
            ("sec-websocket-version", "8", Refused::Version),
            ("sec-websocket-version", "13, 8", Refused::Version),
            ("sec-websocket-key", "", Refused::Key),
            ("sec-websocket-key", "x", Refused::Key),
            ("sec-websocket-key", "dGhlIHNhbXBsZQ==", Refused::Key),
            ("sec-websocket-protocol", "mqtt", Refused::Protocol),
            (
                "sec-websocket-protocol",
                "vortex.v2, bearer.x",
                Refused::Protocol,
            ),
            ("content-length", "3", Refused::Body),
            ("transfer-encoding", "chunked", Refused::Body),
        ] {
            assert_eq!(
                check(&request(name, value)),
                Err(refused),
                "{name}: {value}"
            );
        }
        let mut twice = request("x", "y");
        let key = HeaderValue::from_static("dGhlIHNhbXBsZSBub25jZQ==");
        twice.headers.append("sec-websocket-key", key);
        assert_eq!(check(&twice), Err(Refused::Key));
    }

    #[test]
    fn the_subprotocol_that_is_chosen_is_never_a_credential() {
        for offered in [
            "vortex.v1",
            "bearer.secret, vortex.v1",
            "a,vortex.v1 ,bearer.secret",
        ] {
            let accepted = check(&request("sec-websocket-protocol", offered)).unwrap();
            assert_eq!(accepted.headers()["sec-websocket-protocol"], PROTOCOL);
        }
    }
}
