//! Connections while the process ends: nobody loses a request, and nobody holds it up.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, body::Bytes as Whole, routing::any};
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use vortex_kit::{
    http::{Limits, Listener},
    process::Runtime,
};

use super::echo::{any_port, runtime};

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
/// Longer than any test.
const NEVER: Duration = Duration::from_secs(3600);

/// A server that answers once it has read the request, and waits for ever for what does not come.
fn serve() -> (SocketAddr, Runtime) {
    let runtime = runtime();
    let listener = Listener::bind(any_port()).unwrap();
    let address = listener.address();
    let limits = Limits {
        head_timeout: NEVER,
        idle_timeout: NEVER,
        discard_timeout: NEVER,
        ..Limits::default()
    };
    let routes = Router::new().fallback(any(async |_: Whole| "served"));
    listener.serve(routes, limits, &runtime);
    (address, runtime)
}

async fn connect(address: SocketAddr, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream
}

async fn answer(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    while !answer.ends_with(b"served") {
        assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0);
    }
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn once_the_end_is_announced_every_answer_says_so_and_all_are_served() {
    let (address, runtime) = serve();
    let mut kept = connect(address, GET).await;
    assert!(!answer(&mut kept).await.contains("connection: close"));
    let mut idle = connect(address, GET).await;
    answer(&mut idle).await;
    runtime.lifecycle.announce_drain();
    let mut fresh = connect(address, GET).await;
    kept.write_all(GET).await.unwrap();
    for stream in [&mut kept, &mut fresh] {
        assert!(answer(stream).await.contains("connection: close"));
        assert_eq!(stream.read(&mut [0]).await.unwrap(), 0);
    }
    // idle ones are kept until the drain
    idle.write_all(GET).await.unwrap();
    answer(&mut idle).await;
    assert!(runtime.lifecycle.stop(NEVER).await.unfinished.is_empty());
}

#[tokio::test]
async fn what_has_come_to_the_port_when_it_closes_is_answered() {
    let (address, runtime) = serve();
    let mut streams = Vec::new();
    for _ in 0..16 {
        streams.push(connect(address, GET).await);
    }
    runtime.lifecycle.begin_drain();
    for stream in &mut streams {
        answer(stream).await;
    }
    assert!(runtime.lifecycle.stop(NEVER).await.unfinished.is_empty());
}

#[tokio::test]
async fn unfinished_requests_do_not_hold_the_end_up() {
    let (address, runtime) = serve();
    let mut idle = connect(address, GET).await;
    answer(&mut idle).await;
    let mut unfinished = vec![idle];
    for half in [
        &b""[..],
        b"GET / HT",
        b"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf",
        b"PRI * HTTP/2.0\r\n\r\nSM",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
    ] {
        unfinished.push(connect(address, half).await);
    }
    // all would be waited for for ever
    assert!(runtime.lifecycle.stop(NEVER).await.unfinished.is_empty());
}

#[tokio::test]
async fn over_http_2_streams_that_were_begun_are_served_and_goaway_says_the_rest() {
    let (address, runtime) = serve();
    let stream = TcpStream::connect(address).await.unwrap();
    let shaken = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await;
    let (mut client, connection) = shaken.unwrap();
    let connection = tokio::spawn(connection);
    let request = || {
        Request::get("http://a/")
            .body(Empty::<Bytes>::new())
            .unwrap()
    };
    client.send_request(request()).await.unwrap();
    let begun = client.send_request(request());
    runtime.lifecycle.announce_drain();
    let body = begun.await.unwrap().into_body().collect().await.unwrap();
    assert_eq!(body.to_bytes(), "served");
    connection.await.unwrap().unwrap();
    assert!(client.send_request(request()).await.is_err());
    assert!(runtime.lifecycle.stop(NEVER).await.unfinished.is_empty());
}
