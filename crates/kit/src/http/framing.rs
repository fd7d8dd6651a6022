//! Finds where HTTP/1 requests begin and end in the bytes of a connection, and refuses bad ones.
//!
//! hyper does not tell where they are, answers a bad head without a body, and accepts a request that
//! gives its length in two ways. So each head is checked before hyper gets it, one by one.

use super::{chunks::Chunks, handshake::HANDSHAKE, refused};
use crate::error::Fault;

/// The first bytes of every HTTP/2 connection.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// How far the bytes of a connection have been understood.
#[derive(Debug)]
pub(crate) struct Framing {
    phase: Phase,
    head_limit: usize,
    /// Whether the last head asks for another protocol.
    asks_for_upgrade: bool,
}

#[derive(Debug)]
enum Phase {
    /// The connection's beginning, which tells the protocol.
    Start,
    /// Between requests, or within a head.
    Head,
    /// Within a body, with so many bytes to come.
    Length(u64),
    Chunked(Chunks),
    /// Not ours to frame.
    Http2,
    /// Nothing after it is understood.
    Refused,
}

/// What the next bytes are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// So many of them may be handed on; never beyond a request's end.
    Take(usize),
    /// Not enough to say.
    More,
    /// A head that is refused, and whether its method is HEAD.
    Refuse(Fault, bool),
}

/// The length of a body, by its head.
enum Body {
    None,
    Length(u64),
    Chunked,
}

impl Framing {
    /// Heads of more than `head_limit` bytes are refused.
    pub(crate) fn new(head_limit: usize) -> Self {
        Self {
            phase: Phase::Start,
            head_limit,
            asks_for_upgrade: false,
        }
    }

    /// What `bytes` are, the first that were not taken yet.
    pub(crate) fn next(&mut self, bytes: &[u8]) -> Next {
        if bytes.is_empty() {
            return Next::More;
        }
        match &mut self.phase {
            Phase::Start => self.start(bytes),
            Phase::Head => self.head(bytes),
            Phase::Length(left) => {
                let take = bytes
                    .len()
                    .min(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= take as u64;
                if *left == 0 {
                    self.phase = Phase::Head;
                }
                Next::Take(take)
            }
            Phase::Chunked(chunks) => match chunks.take(bytes) {
                Ok(take) => {
                    if chunks.ended() {
                        self.phase = Phase::Head;
                    }
                    Next::Take(take)
                }
                // hyper finds the same, and ends the body with an error
                Err(_malformed) => {
                    self.phase = Phase::Refused;
                    Next::Take(bytes.len())
                }
            },
            Phase::Http2 => Next::Take(bytes.len()),
            Phase::Refused => Next::More,
        }
    }

    /// Whether this is HTTP/2.
    pub(crate) fn is_http2(&self) -> bool {
        matches!(self.phase, Phase::Http2)
    }

    /// Whether the last request asks to go on as a WebSocket, and has no body.
    pub(crate) fn asks_for_upgrade(&self) -> bool {
        self.asks_for_upgrade && self.is_between()
    }

    /// Whether nothing more is understood.
    pub(crate) fn is_refused(&self) -> bool {
        matches!(self.phase, Phase::Refused)
    }

    /// Whether what comes next begins a request.
    pub(crate) fn is_between(&self) -> bool {
        matches!(self.phase, Phase::Start | Phase::Head)
    }

    fn start(&mut self, bytes: &[u8]) -> Next {
        if bytes[0] == HANDSHAKE {
            // in plain text, by which clients of TLS tell what they have met
            self.phase = Phase::Refused;
            return Next::Refuse(refused::tls(), false);
        }
        let common = bytes.len().min(PREFACE.len());
        if bytes[..common] != PREFACE[..common] {
            self.phase = Phase::Head;
            return self.head(bytes);
        }
        if common < PREFACE.len() {
            return Next::More;
        }
        self.phase = Phase::Http2;
        Next::Take(bytes.len())
    }

    fn head(&mut self, bytes: &[u8]) -> Next {
        let fault = match read(bytes) {
            Ok(Some((length, body, upgrade))) if length <= self.head_limit => {
                self.asks_for_upgrade = upgrade;
                self.phase = match body {
                    Body::None | Body::Length(0) => Phase::Head,
                    Body::Length(length) => Phase::Length(length),
                    Body::Chunked => Phase::Chunked(Chunks::default()),
                };
                return Next::Take(length);
            }
            Ok(None) if bytes.len() < self.head_limit => return Next::More,
            Ok(_) => refused::head_too_large(self.head_limit),
            Err(refused) => refused,
        };
        self.phase = Phase::Refused;
        Next::Refuse(fault, bytes.starts_with(b"HEAD "))
    }
}

/// The length of a whole head, what body follows it, and whether it asks for a WebSocket.
fn read(bytes: &[u8]) -> Result<Option<(usize, Body, bool)>, Fault> {
    let mut headers = [httparse::EMPTY_HEADER; super::MAX_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let length = match request.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(refused::too_many_headers()),
        Err(error) => return Err(refused::malformed(error)),
    };
    let is_1_1 = request.version == Some(1);
    match values(request.headers, "host").count() {
        0 if is_1_1 => return Err(refused::no_host()),
        0 | 1 => {}
        _ => return Err(refused::two_hosts()),
    }
    let mut protocols = values(request.headers, "upgrade");
    let upgrade = protocols.any(|protocol| protocol.eq_ignore_ascii_case(b"websocket"));
    Ok(Some((length, body(request.headers, is_1_1)?, upgrade)))
}

/// RFC 9112, 6.3. What it lets a server take or leave is left, since a proxy before this one may
/// have read it another way.
fn body(headers: &[httparse::Header<'_>], is_1_1: bool) -> Result<Body, Fault> {
    let mut lengths = values(headers, "content-length");
    let mut codings = values(headers, "transfer-encoding");
    let (length, coding) = (lengths.next(), codings.next());
    if lengths.next().is_some()
        || codings.next().is_some()
        || (length.is_some() && coding.is_some())
    {
        return Err(refused::two_lengths());
    }
    if let Some(coding) = coding {
        return match is_1_1 && coding.trim_ascii().eq_ignore_ascii_case(b"chunked") {
            true => Ok(Body::Chunked),
            false => Err(refused::transfer_encoding()),
        };
    }
    match length {
        Some(length) => Ok(Body::Length(number(length).ok_or_else(refused::length)?)),
        None => Ok(Body::None),
    }
}

/// Digits alone: no sign, no list.
fn number(value: &[u8]) -> Option<u64> {
    let digits = std::str::from_utf8(value).ok()?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    // beyond it hyper's own marks begin
    let fits = |length: &u64| *length <= u64::MAX - 2;
    digits.parse().ok().filter(|length| plain && fits(length))
}

fn values<'a>(
    headers: &'a [httparse::Header<'a>],
    name: &'static str,
) -> impl Iterator<Item = &'a [u8]> {
    let named = headers
        .iter()
        .filter(move |header| header.name.eq_ignore_ascii_case(name));
    named.map(|header| header.value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn framing() -> Framing {
        Framing::new(8192)
    }

    /// What each piece of a stream is, when it comes in pieces of `size`.
    fn pieces(stream: &[u8], size: usize) -> (Vec<Vec<u8>>, Framing) {
        let (mut framing, mut buffer, mut taken) = (framing(), Vec::new(), Vec::new());
        for piece in stream.chunks(size) {
            buffer.extend_from_slice(piece);
            while let Next::Take(take) = framing.next(&buffer) {
                taken.push(buffer.drain(..take).collect());
            }
        }
        (taken, framing)
    }

    fn refused(head: &str) -> u16 {
        let head = format!("{head}\r\n\r\n")
            .replace('\n', "\r\n")
            .replace("\r\r", "\r");
        match framing().next(head.as_bytes()) {
            Next::Refuse(fault, _) => fault.reason().http_status().as_u16(),
            other => panic!("{head} is {other:?}"),
        }
    }

    #[test]
    fn requests_are_told_apart_however_they_arrive() {
        let heads: [&[u8]; 4] = [
            b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n",
            b"PUT /b HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\n",
            b"PUT /c HTTP/1.1\r\nHOST:a\r\nTransfer-Encoding: Chunked\r\n\r\n",
            b"GET /d HTTP/1.0\r\n\r\n",
        ];
        let bodies: [&[u8]; 4] = [
            b"",
            b"GET /",
            b"5\r\nGET /\r\nA;x=\"y\"\r\n0123456789\r\n0\r\nx-end: 1\r\n\r\n",
            b"",
        ];
        let stream: Vec<u8> = heads
            .iter()
            .zip(bodies)
            .flat_map(|(head, body)| [*head, body].concat())
            .collect();
        for size in 1..stream.len() {
            let (taken, framing) = pieces(&stream, size);
            assert_eq!(taken.concat(), stream, "{size}");
            assert!(framing.is_between());
            for head in heads {
                assert!(taken.contains(&head.to_vec()), "{size}: {head:?}");
            }
        }
    }

    #[test]
    fn http_2_is_known_by_its_preface_and_left_alone() {
        let stream = [PREFACE, b"\0\0\0\x04\0\0\0\0\0"].concat();
        for size in [1, 10, 24, 33] {
            let (taken, framing) = pieces(&stream, size);
            assert_eq!(taken.concat(), stream);
            assert!(framing.is_http2());
        }
    }

    #[test]
    fn a_handshake_of_tls_is_told_by_its_first_byte() {
        assert!(matches!(framing().next(b"\x16"), Next::Refuse(..)));
        assert!(matches!(framing().next(b"\x16\x03\x01"), Next::Refuse(..)));
    }

    #[test]
    fn a_length_that_can_be_read_in_two_ways_is_refused() {
        let put = "PUT / HTTP/1.1\nHost: a\n";
        for framing in [
            "Content-Length: 5\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\nContent-Length: 5",
            "Content-Length: 5\nContent-Length: 6",
            "Content-Length: 5, 5",
            "Content-Length: +5",
            "Content-Length: -1",
            "Content-Length: ",
            "Content-Length: 18446744073709551615",
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: chunked\nTransfer-Encoding: identity",
            "Transfer-Encoding: xchunked",
        ] {
            assert_eq!(refused(&format!("{put}{framing}")), 400, "{framing}");
        }
        let old = "PUT / HTTP/1.0\nTransfer-Encoding: chunked";
        assert_eq!(refused(old), 400);
    }

    #[test]
    fn a_request_names_one_host() {
        assert_eq!(refused("GET / HTTP/1.1"), 400);
        assert_eq!(refused("GET / HTTP/1.1\nHost: a\nHost: b"), 400);
        assert_eq!(refused("GET /a b HTTP/1.1\nHost: a"), 400);
    }

    #[test]
    fn a_head_has_a_limit_in_bytes_and_in_headers() {
        let headers = |count: usize| "x: y\n".repeat(count - 1);
        let fits = format!(
            "GET / HTTP/1.1\nHost: a\n{}",
            headers(super::super::MAX_HEADERS)
        );
        let fits = format!("{fits}\n").replace('\n', "\r\n");
        assert_eq!(framing().next(fits.as_bytes()), Next::Take(fits.len()));
        let more = format!(
            "GET / HTTP/1.1\nHost: a\n{}x: y",
            headers(super::super::MAX_HEADERS)
        );
        assert_eq!(refused(&more), 431);
        let long = format!("GET / HTTP/1.1\nHost: a\nx: {}", "y".repeat(8192));
        assert_eq!(refused(&long), 431);
        let endless = "x".repeat(8192);
        assert!(matches!(
            framing().next(endless.as_bytes()),
            Next::Refuse(..)
        ));
    }

    proptest! {
        #[test]
        fn no_bytes_are_more_than_there_are(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut framing = framing();
            let mut left = &bytes[..];
            while let Next::Take(take) = framing.next(left) {
                prop_assert!(take > 0 && take <= left.len());
                left = &left[take..];
            }
        }

        #[test]
        fn no_chunks_are_more_than_there_are(body in "[0-9a-f;\r\n ]{0,60}") {
            let mut framing = framing();
            let head = b"PUT / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n";
            prop_assert_eq!(framing.next(head), Next::Take(head.len()));
            let mut left = body.as_bytes();
            while let Next::Take(take) = framing.next(left) {
                prop_assert!(take > 0 && take <= left.len());
                left = &left[take..];
            }
        }
    }
}
