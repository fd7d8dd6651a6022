//! What is private here and reads bytes from outside, for the fuzzing of all parsers. Nothing else
//! may use it.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue};
use http_body_util::BodyExt;
use prost::DecodeError;
use tonic::body::Body;

use crate::{
    context::{InvalidTimeout, Trace, deadline},
    error::Fault,
    grpc::{
        Methods,
        message::{Ahead, peek},
        rule::Scope,
    },
    http::framing::{Framing, Next},
};

/// The requests of a connection's bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Framed {
    /// Where each head begins, and its length.
    pub heads: Vec<(usize, usize)>,
    /// Whether a head or a chunk was refused.
    pub refused: bool,
    /// Whether it is HTTP/2, and not cut.
    pub http2: bool,
    /// How many bytes are handed on.
    pub taken: usize,
}

/// Cuts bytes into requests as a connection does that brings them `piece` at once.
///
/// # Panics
/// When more is taken than there is, or nothing.
pub fn framed(stream: &[u8], piece: usize, head_limit: usize) -> Framed {
    let mut framing = Framing::new(head_limit);
    let mut framed = Framed::default();
    let (mut at, mut end) = (0, 0);
    while end < stream.len() && !framed.refused {
        end = (end + piece).min(stream.len());
        at = advance(&mut framing, &mut framed, &stream[..end], at);
    }
    framed.taken = at;
    framed.refused |= framing.is_refused();
    framed.http2 = framing.is_http2();
    framed
}

fn advance(framing: &mut Framing, framed: &mut Framed, stream: &[u8], mut at: usize) -> usize {
    loop {
        let is_head = framing.is_between();
        match framing.next(&stream[at..]) {
            Next::Take(taken) => {
                assert!(taken > 0 && at + taken <= stream.len(), "{taken} at {at}");
                if is_head && !framing.is_http2() {
                    framed.heads.push((at, taken));
                }
                at += taken;
            }
            Next::More => return at,
            Next::Refuse(..) => {
                framed.refused = true;
                return at;
            }
        }
    }
}

/// The first message of a gRPC body, and all bytes that are handed on.
///
/// # Errors
/// It is too large, or compressed.
pub async fn peeked(frames: impl IntoIterator<Item = Bytes>) -> Result<(Bytes, Bytes), Fault> {
    let frames = frames.into_iter().map(http_body::Frame::data).collect();
    let rest = Body::empty();
    let (message, mut body) = peek(Body::new(Ahead { frames, rest })).await?;
    let mut all = BytesMut::new();
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame.map_err(Fault::from)?.into_data() {
            all.extend_from_slice(&data);
        }
    }
    Ok((message, all.freeze()))
}

/// What a request names, by which it is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The labels.
    pub labels: Vec<String>,
    /// The applications.
    pub apps: Vec<String>,
    /// The profiles.
    pub profiles: Vec<String>,
}

/// What an encoded request of a method names; none for a method that is judged by nothing in it.
pub fn named(methods: &Methods, path: &str, message: &[u8]) -> Option<Result<Named, DecodeError>> {
    let Scope::Request(fields) = methods.rule(path)?.scope() else {
        return None;
    };
    let owned = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect();
    Some(fields.of(message).map(|named| Named {
        labels: owned(named.labels),
        apps: owned(named.apps),
        profiles: owned(named.profiles),
    }))
}

/// Reads `grpc-timeout`.
///
/// # Errors
/// It is not of the protocol's form.
pub fn timeout(headers: &HeaderMap) -> Result<Option<Duration>, InvalidTimeout> {
    deadline::from_headers(headers)
}

/// Writes `grpc-timeout`.
pub fn timeout_header(timeout: Duration) -> HeaderValue {
    deadline::to_header(timeout)
}

/// Reads `traceparent`.
pub fn trace(header: &HeaderValue) -> Option<Trace> {
    Trace::parse(header)
}

/// Writes `traceparent`.
pub fn trace_header(trace: Trace) -> HeaderValue {
    trace.to_header()
}
