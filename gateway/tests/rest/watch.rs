//! Watches as server-sent events.

use futures::SinkExt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use vortex_proto::config::v1::{
    ConfigChange, GetConfigResponse, Progress, WatchConfigRequest, WatchConfigResponse,
    watch_config_response::Event,
};

use crate::mesh::{Mesh, Way, settings, start, start_with};

fn message(event: Event) -> Result<WatchConfigResponse, tonic::Status> {
    Ok(WatchConfigResponse { event: Some(event) })
}

fn snapshot() -> Event {
    Event::Snapshot(GetConfigResponse {
        app: "orders".into(),
        config: r#"{"a":1}"#.into(),
        version: "v1".into(),
        token: "store:7".into(),
        ..GetConfigResponse::default()
    })
}

/// Opens a watch with more headers.
async fn open(mesh: &Mesh, query: &str, headers: &str) -> TcpStream {
    let mut stream = TcpStream::connect(mesh.address).await.unwrap();
    let request =
        format!("GET /api/watch/orders/dev{query} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// Reads until `end` has come.
async fn until(stream: &mut TcpStream, end: &str) -> String {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    while !text.contains(end) {
        let read = stream.read(&mut buffer).await.unwrap();
        assert!(read > 0, "ended before {end:?}: {text}");
        text.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
    }
    text
}

#[tokio::test]
async fn a_watch_sends_what_is_and_then_what_changes() {
    for way in [Way::InProcess, Way::Network] {
        let mesh = start_with(settings(), way).await;
        let mut feed = mesh.service.watch();
        let mut stream = open(&mesh, "?label=main&instance=i", "").await;
        feed.send(message(snapshot())).await.unwrap();
        let text = until(&mut stream, "\n\n\r\n").await;
        assert!(text.contains("content-type: text/event-stream"), "{text}");
        assert!(
            text.contains("event: snapshot\nid: store:7\ndata: {\"app\":\"orders\""),
            "{text}"
        );
        feed.send(message(Event::Progress(Progress {
            token: "store:8".into(),
        })))
        .await
        .unwrap();
        until(&mut stream, ": progress store:8\n\n").await;
        feed.send(message(Event::Change(ConfigChange {
            new_version: "v2".into(),
            patch: r#"[{"op":"replace","path":"/a","value":2}]"#.into(),
            token: "store:9".into(),
            ..ConfigChange::default()
        })))
        .await
        .unwrap();
        let text = until(&mut stream, "\n\n").await;
        assert!(
            text.contains("event: change\nid: store:9\ndata: {"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn the_last_event_id_is_where_a_watch_goes_on() {
    let mesh = start().await;
    let mut feed = mesh.service.watch();
    let mut stream = open(
        &mesh,
        "?min_token=store:1&last_digest=d",
        "Last-Event-ID: store:7\r\n",
    )
    .await;
    feed.send(message(snapshot())).await.unwrap();
    until(&mut stream, "\n\n").await;
    let asked: WatchConfigRequest = mesh.service.asked("watch_config");
    assert_eq!((&*asked.min_token, &*asked.last_digest), ("store:7", "d"));
}

#[tokio::test]
async fn a_watch_that_cannot_begin_is_a_problem() {
    let mesh = start().await;
    mesh.get("/api/watch/orders/dev?label=none")
        .await
        .problem(404, "LABEL_NOT_FOUND");
}

#[tokio::test]
async fn a_watch_ends_with_the_drain_and_says_so() {
    let mesh = start().await;
    let mut feed = mesh.service.watch();
    let mut stream = open(&mesh, "", "").await;
    feed.send(message(snapshot())).await.unwrap();
    until(&mut stream, "event: snapshot").await;
    mesh.runtime.lifecycle.begin_drain();
    let mut rest = String::new();
    // without the drain this would wait for ever
    stream.read_to_string(&mut rest).await.unwrap();
    assert!(rest.contains("event: problem\ndata: {"), "{rest}");
    assert!(rest.contains("\"code\":\"DRAINING\""), "{rest}");
}
