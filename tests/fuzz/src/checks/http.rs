//! Requests as bytes, their headers, and streams of events.

mod desync;

use std::net::IpAddr;

use http::{HeaderValue, Request, header::HOST as HOST_HEADER};
use vortex_gateway::parts::is_answered_on_loopback;
use vortex_kit::parts::{framed, trace, trace_header};

use crate::Parser;

/// Small, so that inputs reach it.
const HEAD_LIMIT: usize = 2_048;

pub(super) const REQUEST_HEAD: Parser = Parser {
    name: "request-head",
    tokens: &[
        b"\r\n",
        b"\n",
        b"\r",
        b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n",
        b"Host: a\r\n",
        b"HTTP/1.0",
        b"Content-Length: 5\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"content-length:",
        b"+5",
        b"5, 5",
        b"0\r\n\r\n",
        b"5;x=y\r\n",
        b"ffffffffffffffff\r\n",
        b":",
        b" ",
        b"\t",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"HEAD ",
        b"identity",
        b"chunked, chunked",
    ],
    check: |input| {
        let whole = framed(input, input.len().max(1), HEAD_LIMIT);
        // where a request begins is no matter of how its bytes come
        for piece in [1, 7, 61] {
            let pieces = framed(input, piece, HEAD_LIMIT);
            assert_eq!(pieces.heads, whole.heads, "in pieces of {piece}");
            assert_eq!(pieces.refused, whole.refused, "in pieces of {piece}");
            assert_eq!(pieces.http2, whole.http2, "in pieces of {piece}");
        }
        for (at, length) in &whole.heads {
            let head = &input[*at..at + length];
            assert!(head.len() <= HEAD_LIMIT);
            assert!(head.ends_with(b"\n"), "a head ends with its empty line");
        }
        if !whole.http2 {
            desync::is_read_alike(input, &whole);
        }
        whole.http2 || (!whole.heads.is_empty() && !whole.refused)
    },
};

pub(super) const TRACEPARENT: Parser = Parser {
    name: "traceparent",
    tokens: &[
        b"-",
        b"00",
        b"ff",
        b"01",
        b"0af7651916cd43dd8448eb211c80319c",
        b"A",
    ],
    check: |input| {
        let Some(read) = HeaderValue::from_bytes(input)
            .ok()
            .and_then(|header| trace(&header))
        else {
            return false;
        };
        let again = trace(&trace_header(read)).expect("what is written is read");
        assert_eq!(again.trace_id(), read.trace_id());
        assert_eq!(again.span_id(), read.span_id());
        true
    },
};

pub(super) const HOST: Parser = Parser {
    name: "host",
    tokens: &[
        b"localhost",
        b".",
        b":",
        b":8080",
        b"[",
        b"]",
        b"::1",
        b"127.0.0.1",
        b"@",
        b"/",
        b"#",
    ],
    check: |input| {
        let Ok(host) = HeaderValue::from_bytes(input) else {
            return false;
        };
        let request = Request::builder().header(HOST_HEADER, host).body(());
        let (parts, ()) = request.expect("a request").into_parts();
        let is_answered = is_answered_on_loopback(&parts);
        if is_answered {
            let host = std::str::from_utf8(input).expect("a host is text");
            assert!(is_this_machine(host), "{host:?} is answered");
        }
        is_answered
    },
};

/// Whether a host is an address, `localhost` or below it: what stands before an `@` is none of it,
/// nor is a port.
fn is_this_machine(authority: &str) -> bool {
    let named = authority.rsplit('@').next().unwrap_or_default();
    let end = match named.starts_with('[') {
        true => named.find(']').map(|end| end + 1),
        false => named.find(':'),
    };
    let host = &named[..end.unwrap_or(named.len())];
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let bare = host.trim_matches(['[', ']']);
    host == "localhost" || host.ends_with(".localhost") || bare.parse::<IpAddr>().is_ok()
}

pub(super) const EVENTS: Parser = Parser {
    name: "events",
    tokens: &[
        b"\n",
        b"\r",
        b"\n\n",
        b"data:",
        b"data: ",
        b"event: ",
        b"id: ",
        b":",
        b"retry: 1",
        "\u{feff}".as_bytes(),
    ],
    check: |input| {
        let mut parser = vortex_sse::Parser::default();
        let whole = parser.feed(input).expect("it is short");
        let mut parser = vortex_sse::Parser::default();
        let bytes = input
            .chunks(1)
            .map(|byte| parser.feed(byte).expect("it is short"));
        assert_eq!(bytes.flatten().collect::<Vec<_>>(), whole);
        !whole.is_empty()
    },
};
