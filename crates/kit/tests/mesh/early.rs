//! Answers that are given before the request has arrived whole, and requests that are refused for
//! their form.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use axum::{Router, http::StatusCode, routing::any};
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use vortex_kit::http::{Limits, Listener};

use super::echo::{any_port, runtime};

const SOON: Duration = Duration::from_millis(50);

/// A server that answers at once and reads nothing.
fn serve(limits: Limits) -> SocketAddr {
    let runtime = runtime();
    let listener = Listener::bind(any_port()).unwrap();
    let address = listener.address();
    let refuse = any(async || (StatusCode::PAYLOAD_TOO_LARGE, "too large"));
    listener.serve(Router::new().fallback(refuse), limits, &runtime);
    address
}

/// Sends all of a request and only then reads, as simple clients do; what was read until the end.
async fn send(address: SocketAddr, request: Vec<u8>) -> std::io::Result<String> {
    let sent = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(&request)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    });
    sent.await.unwrap()
}

fn put(headers: &str, body: usize) -> Vec<u8> {
    let head = format!("PUT / HTTP/1.1\r\nHost: a\r\n{headers}\r\n\r\n");
    let mut request = head.into_bytes();
    request.resize(request.len() + body, b'x');
    request
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_sends_all_before_it_reads_gets_the_answer_and_the_end() {
    let address = serve(Limits::default());
    let size = 12 << 20;
    let request = put(&format!("Content-Length: {size}"), size);
    let answer = send(address, request).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains("connection: close\r\n"), "{answer}");
    assert!(answer.ends_with("too large"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chunked_request_is_thrown_away_to_its_end() {
    let address = serve(Limits::default());
    let chunk = format!("100000\r\n{}\r\n", "x".repeat(0x10_0000)).repeat(4);
    let mut request = put("Transfer-Encoding: chunked", 0);
    request.extend_from_slice(format!("{chunk}0\r\n\r\n").as_bytes());
    let answer = send(address, request).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_thrown_away_has_a_bound_in_bytes_and_in_time() {
    let address = serve(Limits {
        discard_bytes: 1 << 20,
        discard_timeout: SOON,
        ..Limits::default()
    });
    let size = 64 << 20;
    let request = put(&format!("Content-Length: {size}"), size);
    send(address, request).await.unwrap_err();
    // one that stops sending is not waited for: the end comes
    let answer = send(address, put("Content-Length: 100", 1)).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_asked_for_first_is_not_asked_for() {
    let address = serve(Limits {
        discard_timeout: SOON,
        ..Limits::default()
    });
    let expecting = put("Content-Length: 5\r\nExpect: 100-continue", 0);
    let answer = send(address, expecting).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http_2_the_body_is_read_on_and_the_connection_kept() {
    let address = serve(Limits::default());
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let shaken = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await;
    let (mut client, connection) = shaken.unwrap();
    tokio::spawn(connection);
    for _ in 0..2 {
        let body = Full::new(Bytes::from(vec![b'x'; 4 << 20]));
        let request = Request::put("http://a/").body(body).unwrap();
        let answer = client.send_request(request).await.unwrap();
        assert_eq!(answer.status(), 413);
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(body, "too large");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_refused_for_its_form_is_told_why() {
    let address = serve(Limits::default());
    let many = format!(
        "GET / HTTP/1.1\r\nHost: a\r\n{}\r\n",
        "x: y\r\n".repeat(100)
    );
    let long = format!(
        "GET / HTTP/1.1\r\nHost: a\r\nx: {}\r\n\r\n",
        "y".repeat(500_000)
    );
    let both = "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    for (request, status, why) in [
        (many.as_str(), 431, "more than 100 headers"),
        (&long, 431, "over 65536 bytes"),
        (both, 400, "more than once"),
        ("GET / HTTP/1.1\r\n\r\n", 400, "Host"),
        ("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400, "not a valid"),
    ] {
        let answer = send(address, request.as_bytes().to_vec()).await.unwrap();
        let head = format!("HTTP/1.1 {status} ");
        assert!(
            answer.starts_with(&head) && answer.contains(why),
            "{answer}"
        );
        assert!(answer.contains("connection: close\r\n"), "{answer}");
    }
    let answer = send(address, b"HEAD / HTTP/1.1\r\n\r\n".to_vec())
        .await
        .unwrap();
    assert!(answer.ends_with("\r\n\r\n"), "{answer}");
    let old = send(address, b"GET / HTTP/1.0\r\n\r\n".to_vec())
        .await
        .unwrap();
    assert!(old.starts_with("HTTP/1.0 413 "), "{old}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_requests_sent_at_once_only_the_wrong_one_is_refused() {
    let address = serve(Limits::default());
    let good = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    let two = format!("{good}GET / HTTP/1.1\r\n\r\n{good}");
    let answers = send(address, two.into_bytes()).await.unwrap();
    let count = |status: &str| answers.matches(&format!("HTTP/1.1 {status} ")).count();
    assert_eq!((count("413"), count("400")), (1, 1), "{answers}");
}
