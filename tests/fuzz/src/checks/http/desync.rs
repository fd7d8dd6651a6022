//! Whether hyper finds requests where the framing before it does: were it otherwise, what is a body
//! to one would be a request to the other.

use std::{cell::RefCell, convert::Infallible, rc::Rc};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Empty};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, duplex},
    runtime,
};
use vortex_kit::parts::Framed;

/// Bytes that a connection holds; inputs are shorter.
const BUFFER: usize = 64 << 10;

/// A request as hyper has it: how its head begins, and the bytes of its body if it is whole.
struct Seen {
    line: String,
    body: Option<usize>,
}

/// Each request that hyper finds in what the framing handed on begins with the head that the framing
/// found there. hyper may end the connection before.
pub(super) fn is_read_alike(input: &[u8], framed: &Framed) {
    let seen = seen(&input[..framed.taken]);
    assert!(
        seen.len() <= framed.heads.len(),
        "hyper finds more requests"
    );
    let ends = framed
        .heads
        .iter()
        .skip(1)
        .map(|(at, _)| *at)
        .chain([framed.taken]);
    for ((seen, (at, length)), end) in seen.iter().zip(&framed.heads).zip(ends) {
        let head = String::from_utf8_lossy(&input[*at..at + length]);
        let head = head.trim_start_matches(['\r', '\n']);
        assert!(
            head.starts_with(&seen.line),
            "{:?} is not how {head:?} begins",
            seen.line
        );
        if let Some(body) = seen.body {
            assert!(
                at + length + body <= end,
                "a body of {body} is beyond its request"
            );
        }
    }
}

fn seen(bytes: &[u8]) -> Vec<Seen> {
    let all = Rc::new(RefCell::new(Vec::new()));
    let service = service_fn(|request: Request<Incoming>| {
        let all = Rc::clone(&all);
        async move {
            let (head, body) = request.into_parts();
            let line = format!("{} {}", head.method, head.uri);
            let body = body.collect().await.ok().map(|body| body.to_bytes().len());
            all.borrow_mut().push(Seen { line, body });
            Ok::<_, Infallible>(Response::new(Empty::<Bytes>::new()))
        }
    });
    let runtime = runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let (mut ours, theirs) = duplex(BUFFER);
        ours.write_all(bytes).await.expect("it is held");
        ours.shutdown().await.expect("it is held");
        // its end does not stop what was sent before it
        let mut http = http1::Builder::new();
        let serve = http
            .half_close(true)
            .serve_connection(TokioIo::new(theirs), service);
        let mut answers = Vec::new();
        // a connection that breaks off has told what it found
        let _ = tokio::join!(serve, ours.read_to_end(&mut answers));
    });
    all.take()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hyper_is_asked_for_every_request() {
        let requests = b"PUT /a HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nhi\
            POST /b HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n\
            GET /c HTTP/1.1\r\nhost: a\r\n\r\n";
        let seen = seen(requests)
            .into_iter()
            .map(|seen| (seen.line, seen.body));
        let expected = [("PUT /a", 2), ("POST /b", 3), ("GET /c", 0)];
        let expected = expected.map(|(line, body)| (line.to_owned(), Some(body)));
        assert_eq!(seen.collect::<Vec<_>>(), expected);
    }
}
