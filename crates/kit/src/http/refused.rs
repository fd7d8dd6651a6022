//! Requests that are refused for their form, before a handler sees them.

use super::MAX_HEADERS;
use crate::error::{Fault, Reason};

pub(super) fn too_many_headers() -> Fault {
    let message = format!("the request has more than {MAX_HEADERS} headers");
    Fault::new(Reason::HeadTooLarge, message).with("limit_headers", MAX_HEADERS)
}

pub(super) fn head_too_large(limit: usize) -> Fault {
    let message = format!("the request's line and headers are over {limit} bytes");
    Fault::new(Reason::HeadTooLarge, message).with("limit_bytes", limit)
}

pub(super) fn malformed(why: httparse::Error) -> Fault {
    let message = format!("this is not a valid HTTP/1.1 request: {why}");
    Fault::new(Reason::InvalidArgument, message)
}

pub(super) fn tls() -> Fault {
    let message = "this port does not speak TLS: use http://";
    tracing::debug!("a caller spoke TLS to a port without it");
    Fault::new(Reason::InvalidArgument, message)
}

pub(super) fn no_host() -> Fault {
    Fault::invalid("Host", "the header is missing; HTTP/1.1 requires it")
}

pub(super) fn two_hosts() -> Fault {
    Fault::invalid("Host", "the header is given more than once")
}

pub(super) fn length() -> Fault {
    Fault::invalid("Content-Length", "expected a number of bytes in digits")
}

pub(super) fn two_lengths() -> Fault {
    let why = "the body's length is given more than once; send either Content-Length or \
               Transfer-Encoding, and only once";
    Fault::invalid("Content-Length", why)
}

pub(super) fn transfer_encoding() -> Fault {
    let why = "expected chunked alone, in HTTP/1.1";
    Fault::invalid("Transfer-Encoding", why)
}
