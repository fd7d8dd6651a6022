//! What callers may not do for long, or in bulk.

use std::time::Duration;

use tokio::{io::AsyncWriteExt, net::TcpStream};
use vortex_gateway::Settings;

use crate::{
    client,
    mesh::{Way, settings, start, start_with},
};

const SOON: Duration = Duration::from_millis(200);

#[tokio::test]
async fn a_body_over_its_limit_is_refused_before_and_while_it_arrives() {
    let mesh = start().await;
    let head = "PUT /api/configs/orders/dev HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
    let announced = format!("{head}Content-Length: 999999999\r\n\r\n");
    let answer = client::send(mesh.address, announced.as_bytes())
        .await
        .unwrap();
    let problem = answer.problem(413, "MESSAGE_TOO_LARGE");
    assert_eq!(problem["limit_bytes"], (1 << 20) + (64 << 10));
    let chunk = format!("20000\r\n{}\r\n", "x".repeat(0x20000)).repeat(10);
    let chunked = format!("{head}Transfer-Encoding: chunked\r\n\r\n{chunk}0\r\n\r\n");
    let answer = client::send(mesh.address, chunked.as_bytes())
        .await
        .unwrap();
    answer.problem(413, "MESSAGE_TOO_LARGE");
    assert_eq!(mesh.service.calls("put_document"), 0);
}

#[tokio::test]
async fn a_head_that_does_not_end_is_cut() {
    let settings = Settings {
        head_timeout: SOON,
        ..settings()
    };
    let mesh = start_with(settings, Way::InProcess).await;
    for head in [
        "",
        "GET /ord",
        "GET /orders/dev HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    ] {
        // without the cut this would wait for ever
        let answer = client::send(mesh.address, head.as_bytes()).await;
        assert!(answer.is_none_or(|answer| answer.status == 408), "{head}");
    }
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_cut() {
    let settings = Settings {
        request_timeout: SOON,
        ..settings()
    };
    let mesh = start_with(settings, Way::InProcess).await;
    let half = "PUT /api/configs/orders/dev HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 100\r\n\r\na: 1";
    let answer = client::send(mesh.address, half.as_bytes()).await.unwrap();
    answer.problem(504, "DEADLINE_EXCEEDED");
}

#[tokio::test]
async fn a_service_that_does_not_answer_is_not_waited_for() {
    let settings = Settings {
        request_timeout: SOON,
        ..settings()
    };
    for way in [Way::InProcess, Way::Network] {
        let mesh = start_with(settings.clone(), way).await;
        mesh.service.hang("get_environment");
        mesh.service.hang("get_change");
        mesh.service.hang("watch_config");
        mesh.get("/orders/dev")
            .await
            .problem(504, "DEADLINE_EXCEEDED");
        mesh.get("/api/changes/v1")
            .await
            .problem(504, "DEADLINE_EXCEEDED");
        mesh.get("/api/watch/orders/dev")
            .await
            .problem(504, "DEADLINE_EXCEEDED");
    }
}

#[tokio::test]
async fn requests_beyond_the_room_are_refused_and_probes_are_not() {
    let settings = Settings {
        max_requests: 0,
        ..settings()
    };
    let mesh = start_with(settings, Way::InProcess).await;
    let answer = mesh.get("/orders/dev").await;
    answer.problem(503, "OVERLOADED");
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(mesh.get("/health/ready").await.status, 200);
}

#[tokio::test]
async fn bodies_that_dribble_keep_nobody_out() {
    let settings = Settings {
        max_requests: 2,
        ..settings()
    };
    let mesh = start_with(settings, Way::InProcess).await;
    let half = b"POST /api/rollouts HTTP/1.1\r\nHost: localhost\r\n\
        Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
    let mut dribbling = Vec::new();
    for _ in 0..16 {
        let mut stream = TcpStream::connect(mesh.address).await.unwrap();
        stream.write_all(half).await.unwrap();
        dribbling.push(stream);
    }
    for _ in 0..50 {
        mesh.get("/nothing").await.problem(404, "NOT_FOUND");
        let json = ["Content-Type: application/json"];
        let answer = mesh.send("POST /api/rollouts", &json, "[]").await;
        answer.problem(400, "INVALID_ARGUMENT");
    }
    drop(dribbling);
}

#[tokio::test]
async fn watches_beyond_the_room_are_refused() {
    let settings = Settings {
        max_watches: 0,
        ..settings()
    };
    let mesh = start_with(settings, Way::InProcess).await;
    mesh.get("/api/watch/orders/dev")
        .await
        .problem(503, "OVERLOADED");
}

#[tokio::test]
async fn headers_beyond_the_limit_and_bytes_that_are_no_http_are_refused() {
    let mesh = start().await;
    let huge = format!(
        "GET /orders/dev HTTP/1.1\r\nHost: localhost\r\nX-Huge: {}\r\n\r\n",
        "x".repeat(200_000)
    );
    let answer = client::send(mesh.address, huge.as_bytes()).await.unwrap();
    answer.problem(431, "HEAD_TOO_LARGE");
    let many = format!(
        "GET /orders/dev HTTP/1.1\r\nHost: localhost\r\n{}\r\n",
        "X-Many: 1\r\n".repeat(100)
    );
    let answer = client::send(mesh.address, many.as_bytes()).await.unwrap();
    let problem = answer.problem(431, "HEAD_TOO_LARGE");
    assert_eq!(problem["limit_headers"], "100");
    let nameless = client::send(mesh.address, b"GET /orders/dev HTTP/1.1\r\n\r\n").await;
    nameless.unwrap().problem(400, "INVALID_ARGUMENT");
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello, is this TLS?"[..],
        b"GET /a b c\r\n\r\n",
        b"GET /\0/x HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ] {
        let answer = client::send(mesh.address, bytes).await;
        assert!(answer.is_some_and(|answer| answer.status == 400));
    }
    mesh.get("/nothing").await.problem(404, "NOT_FOUND");
}
