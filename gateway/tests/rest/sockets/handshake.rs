//! Handshakes, good and bad.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{answer, ask, mesh};
use crate::{
    client,
    mesh::{Way, settings, start, start_with},
};

const HEADERS: [&str; 4] = [
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Connection: Upgrade",
];

#[tokio::test]
async fn the_answer_is_that_of_the_rfc() {
    let mesh = mesh().await;
    let (_stream, head) = ask(&mesh, "", "Sec-WebSocket-Protocol: bearer.x, vortex.v1\r\n").await;
    let head = head.to_lowercase();
    for line in [
        "http/1.1 101 ",
        "connection: upgrade\r\n",
        "upgrade: websocket\r\n",
        "sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=\r\n",
        "sec-websocket-protocol: vortex.v1\r\n",
        "x-request-id: ",
    ] {
        assert!(head.contains(line), "{line}: {head}");
    }
    assert!(!head.contains("bearer"), "{head}");
}

#[tokio::test]
async fn what_is_no_handshake_is_a_problem() {
    let mesh = mesh().await;
    let line = "GET /ws/orders/dev";
    let answer = mesh.get("/ws/orders/dev").await;
    answer.problem(426, "UPGRADE_REQUIRED");
    assert_eq!(answer.header("upgrade"), "websocket");
    assert_eq!(answer.header("sec-websocket-version"), "13");
    for (at, other, status, code) in [
        (1, "Sec-WebSocket-Version: 8", 426, "UPGRADE_REQUIRED"),
        (2, "Sec-WebSocket-Key: x", 400, "INVALID_ARGUMENT"),
        (2, "X: no key", 400, "INVALID_ARGUMENT"),
        (3, "Sec-WebSocket-Protocol: mqtt", 400, "INVALID_ARGUMENT"),
    ] {
        let mut headers = HEADERS;
        headers[at] = other;
        let mut given = headers.to_vec();
        given.push("Connection: Upgrade");
        let answer = client::request(mesh.address, line, &given, b"").await;
        answer.problem(status, code);
    }
}

#[tokio::test]
async fn what_can_not_be_followed_is_a_problem_and_no_connection() {
    let mesh = start().await;
    let line = "GET /ws/orders/dev?label=none";
    let answer = client::request(mesh.address, line, &HEADERS, b"").await;
    answer.problem(404, "LABEL_NOT_FOUND");
    for query in ["cursor=x", "cursor=s:1.d.v~", "nothing=1"] {
        let line = format!("GET /ws/orders/dev?{query}");
        let answer = client::request(mesh.address, &line, &HEADERS, b"").await;
        answer.problem(400, "INVALID_ARGUMENT");
    }
}

#[tokio::test]
async fn a_page_of_another_origin_does_not_connect() {
    let mesh = mesh().await;
    for header in [
        "Origin: http://evil.example",
        "Origin: null",
        "Sec-Fetch-Site: cross-site",
    ] {
        let mut headers = HEADERS.to_vec();
        headers.push(header);
        let answer = client::request(mesh.address, "GET /ws/orders/dev", &headers, b"").await;
        answer.problem(403, "PERMISSION_DENIED");
    }
    let (_stream, head) = ask(&mesh, "", "Origin: http://localhost\r\n").await;
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
}

#[tokio::test]
async fn what_follows_a_handshake_that_is_refused_is_the_next_request() {
    let mesh = mesh().await;
    let mut stream = TcpStream::connect(mesh.address).await.unwrap();
    let refused = "GET /ws/orders/dev HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n\
                   Upgrade: websocket\r\n\r\n";
    let next = "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream
        .write_all(format!("{refused}{next}").as_bytes())
        .await
        .unwrap();
    let mut all = String::new();
    stream.read_to_string(&mut all).await.unwrap();
    assert!(all.starts_with("HTTP/1.1 426 "), "{all}");
    assert!(all.contains("HTTP/1.1 200 OK"), "{all}");
}

#[tokio::test]
async fn a_frame_that_comes_with_the_handshake_is_not_lost() {
    let mesh = mesh().await;
    let mut stream = TcpStream::connect(mesh.address).await.unwrap();
    let head = format!(
        "GET /ws/orders/dev HTTP/1.1\r\nHost: localhost\r\n{}\r\n\r\n",
        HEADERS.join("\r\n")
    );
    let mut bytes = head.into_bytes();
    // a close frame with 1000 and the mask 0
    bytes.extend_from_slice(&[0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8]);
    stream.write_all(&bytes).await.unwrap();
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 101 "));
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.unwrap();
    assert!(rest.ends_with(&[0x88, 0x02, 0x03, 0xe8]), "{rest:?}");
}

#[tokio::test]
async fn connections_that_begin_too_fast_are_told_to_come_back() {
    let mut settings = settings();
    settings.websocket_rate = 2;
    let mesh = start_with(settings, Way::InProcess).await;
    mesh.service.watched(super::at(7, "one"));
    let mut open = Vec::new();
    let refused = loop {
        let (stream, head) = ask(&mesh, "", "").await;
        if !head.starts_with("HTTP/1.1 101 ") {
            break head;
        }
        open.push(stream);
        assert!(open.len() < 100);
    };
    assert!(refused.starts_with("HTTP/1.1 503 "), "{refused}");
    assert!(refused.contains("retry-after: 1\r\n"), "{refused}");
}
