//! Watches as server-sent events.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};
use vortex_gateway::Settings;
use vortex_kit::{
    error::{Fault, Reason},
    process::Runtime,
};
use vortex_proto::config::v1::{
    ConfigChange, GetConfigResponse, Progress, WatchConfigRequest, watch_config_response::Event,
};

use crate::{
    mesh::{Mesh, Way, settings, start, start_on, start_with},
    views_stream::STORE,
};

/// What is watched at a position, whose digest is `d` and the position.
pub(crate) fn at(position: usize, value: &str) -> GetConfigResponse {
    GetConfigResponse {
        app: "orders".into(),
        // with more than a change of it takes
        config: format!(r#"{{"a":"{value}","b":"{}"}}"#, "x".repeat(100)).into(),
        version: format!("v{position}"),
        digest: format!("d{position}"),
        token: format!("{STORE}:{position}"),
        ..GetConfigResponse::default()
    }
}

/// Changes what is watched to what it is at a position, from what it was at the one before.
pub(crate) fn change(mesh: &Mesh, position: usize, value: &str) {
    let change = ConfigChange {
        old_version: format!("v{}", position - 1),
        new_version: format!("v{position}"),
        patch: format!(r#"[{{"op":"replace","path":"/a","value":"{value}"}}]"#).into(),
        digest: format!("d{position}"),
        token: format!("{STORE}:{position}"),
        ..ConfigChange::default()
    };
    mesh.service.change(change, at(position, value));
}

fn progress(position: usize) -> Event {
    let token = format!("{STORE}:{position}");
    Event::Progress(Progress { token })
}

/// A gateway before a config-svc whose configuration is at position 7.
async fn mesh() -> Mesh {
    mesh_with(settings(), Way::InProcess).await
}

async fn mesh_with(settings: Settings, way: Way) -> Mesh {
    watched(start_with(settings, way).await)
}

/// A gateway with this runtime before the same.
pub(crate) async fn mesh_on(gateway: Runtime) -> Mesh {
    watched(start_on(gateway, settings(), Way::InProcess).await)
}

fn watched(mesh: Mesh) -> Mesh {
    mesh.service.watched(at(7, "one"));
    mesh
}

/// Opens a watch with more headers.
pub(crate) async fn open(mesh: &Mesh, query: &str, headers: &str) -> TcpStream {
    let mut stream = TcpStream::connect(mesh.address).await.unwrap();
    ask(&mut stream, query, headers).await;
    stream
}

async fn ask(stream: &mut TcpStream, query: &str, headers: &str) {
    let head =
        format!("GET /api/watch/orders/dev{query} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
}

/// Opens a watch, and waits until it and the one behind it have begun.
async fn begun(mesh: &Mesh) -> TcpStream {
    let mut stream = open(mesh, "", "").await;
    until(&mut stream, "event: snapshot").await;
    mesh.service.until(|views| views.followed() == 1).await;
    stream
}

/// Reads until `end` has come.
pub(crate) async fn until(stream: &mut TcpStream, end: &str) -> String {
    let mut text = String::new();
    let mut buffer = vec![0; 64 << 10];
    let mut searched = 0;
    while !text[searched..].contains(end) {
        searched = text.len().saturating_sub(end.len());
        let read = stream.read(&mut buffer).await.unwrap();
        assert!(read > 0, "ended before {end:?}: {text}");
        text.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
    }
    text
}

/// A number from `/metrics`.
pub(crate) async fn metric(mesh: &Mesh, name: &str) -> String {
    let metrics = mesh.get("/metrics").await;
    let mut lines = metrics.text().lines();
    let found = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    found.unwrap().to_owned()
}

/// Waits until so many watches are open.
async fn until_watches(mesh: &Mesh, watches: &str) {
    while metric(mesh, "vortex_watches").await != watches {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_watch_sends_what_is_and_then_what_changes() {
    for way in [Way::InProcess, Way::Network] {
        let mesh = mesh_with(settings(), way).await;
        let mut stream = open(&mesh, "?label=main&instance=i", "").await;
        let text = until(&mut stream, "\n\n\r\n").await;
        assert!(text.contains("content-type: text/event-stream"), "{text}");
        assert!(
            text.contains(&format!(
                "event: snapshot\nid: {STORE}:7\ndata: {{\"app\":\"orders\""
            )),
            "{text}"
        );
        mesh.service.tell(progress(8));
        until(&mut stream, &format!(": progress {STORE}:8\n\n")).await;
        change(&mesh, 9, "two");
        let text = until(&mut stream, "}\n\n").await;
        let event = format!("event: change\nid: {STORE}:9\ndata: {{\"old_version\":\"v7\"");
        assert!(text.contains(&event), "{text}");
        let patch = r#""patch":[{"op":"replace","path":"/a","value":"two"}]"#;
        assert!(text.contains(patch), "{text}");
    }
}

#[tokio::test]
async fn the_last_event_id_is_where_a_watch_goes_on() {
    let mesh = mesh().await;
    let query = format!("?min_token={STORE}:1&last_digest=d7");
    let last = |position| format!("Last-Event-ID: {STORE}:{position}\r\n");
    let mut stream = open(&mesh, &query, &last(7)).await;
    let text = until(&mut stream, &format!(": progress {STORE}:7\n\n")).await;
    assert!(!text.contains("event: "), "it holds that already: {text}");
    assert_eq!(mesh.service.calls("watch_config"), 0, "the view says it");
    change(&mesh, 8, "two");
    let changed = format!("event: change\nid: {STORE}:8\n");
    until(&mut stream, &changed).await;
    // who comes back with what others held is told the difference
    let mut again = open(&mesh, &query, &last(7)).await;
    until(&mut again, &changed).await;
    assert_eq!(mesh.service.calls("watch_config"), 0);
    // what a view does not say, config-svc is asked: of a digest that nobody remembers here, and of
    // what is newer than the view
    for (query, position) in [("?last_digest=d1", 8), ("?last_digest=d8", 9)] {
        let _watch = open(&mesh, query, &last(position)).await;
        mesh.service.called("watch_config", position - 7).await;
        let asked: WatchConfigRequest = mesh.service.asked("watch_config");
        assert_eq!(asked.min_token, format!("{STORE}:{position}"));
        assert_eq!(asked.last_digest, query["?last_digest=".len()..]);
    }
}

#[tokio::test]
async fn the_last_event_id_of_another_store_is_answered_with_a_snapshot() {
    let mesh = mesh().await;
    // as a browser reconnects: with the address it began with, to a server with another store
    let query = "?min_token=other:1&last_digest=d7";
    let mut stream = open(&mesh, query, "Last-Event-ID: other:7\r\n").await;
    let text = until(&mut stream, &format!("event: snapshot\nid: {STORE}:7\n")).await;
    assert!(text.contains("200 OK"), "{text}");
    change(&mesh, 8, "two");
    until(&mut stream, &format!("event: change\nid: {STORE}:8\n")).await;
    // whoever names a token themselves can read the answer
    let answer = mesh.get(&format!("/api/watch/orders/dev{query}")).await;
    answer.problem(412, "REVISION_UNKNOWN");
}

#[tokio::test]
async fn a_token_that_is_none_is_named_as_it_was_given() {
    let mesh = start().await;
    let fault = Fault::invalid("min_token", "\"x\" is not a valid token");
    mesh.service.fail("watch_config", fault);
    for (line, headers, field) in [
        ("?min_token=y", &["Last-Event-ID: x"][..], "Last-Event-ID"),
        ("?min_token=x", &[], "min_token"),
    ] {
        let line = format!("GET /api/watch/orders/dev{line}");
        let answer = mesh.send(&line, headers, "").await;
        let problem = answer.problem(400, "INVALID_ARGUMENT");
        assert_eq!(problem["errors"][0]["field"], field);
        assert_eq!(
            problem["detail"],
            format!("{field}: \"x\" is not a valid token")
        );
    }
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
    let mesh = mesh().await;
    let mut stream = begun(&mesh).await;
    mesh.runtime.lifecycle.begin_drain();
    let mut rest = String::new();
    // without the drain this would wait for ever
    stream.read_to_string(&mut rest).await.unwrap();
    assert!(rest.contains("event: problem\ndata: {"), "{rest}");
    assert!(rest.contains("\"code\":\"DRAINING\""), "{rest}");
}

#[tokio::test]
async fn what_ends_a_watch_is_told_to_each_and_the_next_begins_anew() {
    let mesh = mesh().await;
    let mut first = begun(&mesh).await;
    let mut second = open(&mesh, "", "X-Request-Id: order-17\r\n").await;
    until(&mut second, "event: snapshot").await;
    let fault = Fault::new(Reason::DocumentInvalid, "orders.yml:3:7: a tab");
    mesh.service.end_watches(fault);
    for (stream, own) in [(&mut first, false), (&mut second, true)] {
        let rest = until(stream, "\r\n0\r\n\r\n").await;
        assert!(rest.contains("\"code\":\"DOCUMENT_INVALID\""), "{rest}");
        assert_eq!(rest.contains("order-17"), own, "{rest}");
    }
    mesh.service.watched(at(8, "two"));
    let mut third = open(&mesh, "", "").await;
    until(&mut third, &format!("event: snapshot\nid: {STORE}:8\n")).await;
}

#[tokio::test]
async fn an_event_is_written_once_for_all_who_watch() {
    const WATCHERS: usize = 50;
    let mesh = mesh().await;
    let mut streams = Vec::new();
    for _ in 0..WATCHERS {
        let mut stream = open(&mesh, "", "").await;
        until(&mut stream, "event: snapshot").await;
        streams.push(stream);
    }
    // one view for all, and what each began with
    mesh.service.until(|views| views.followed() == 1).await;
    change(&mesh, 8, "two");
    for stream in &mut streams {
        until(stream, &format!("event: change\nid: {STORE}:8\n")).await;
    }
    let written = metric(&mesh, "vortex_watch_events_written_total").await;
    let sent = metric(&mesh, "vortex_watch_events_sent_total").await;
    let watches = metric(&mesh, "vortex_watches").await;
    assert_eq!((&*written, &*sent, &*watches), ("2", "100", "50"));
    assert_eq!(mesh.service.calls("watch_config"), 0);
}

#[tokio::test]
async fn views_do_not_hear_of_each_other() {
    let mesh = mesh().await;
    let mut main = begun(&mesh).await;
    let mut other = open(&mesh, "?label=other", "").await;
    until(&mut other, "event: snapshot").await;
    mesh.service.until(|views| views.followed() == 2).await;
    // the empty label is main, and is one view with it
    let mut named = open(&mesh, "?label=main", "").await;
    until(&mut named, "event: snapshot").await;
    let asked = mesh.service.views(|views| views.asked());
    let of = |label: &str| format!("orders/dev/{label} VIEW_CONTENT_CONFIG");
    assert_eq!(asked, [of("main"), of("other")]);
    change(&mesh, 8, "two");
    for stream in [&mut main, &mut other, &mut named] {
        until(stream, &format!("event: change\nid: {STORE}:8\n")).await;
    }
}

#[tokio::test]
async fn a_reader_that_does_not_read_is_told_all_it_missed_as_one() {
    const CHANGES: usize = 100;
    const BYTES: usize = 512 << 10;
    let mesh = mesh().await;
    let mut reader = begun(&mesh).await;
    // small, so that what it is sent does not lie in its own machine
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(16 << 10).unwrap();
    let mut sleeper = socket.connect(mesh.address).await.unwrap();
    ask(&mut sleeper, "", "").await;
    until_watches(&mesh, "2").await;
    for position in 8..8 + CHANGES {
        change(&mesh, position, &"x".repeat(BYTES));
        // who reads does not wait for who does not
        until(&mut reader, &format!("id: {STORE}:{position}\n")).await;
    }
    let last = format!("id: {STORE}:{}\n", 7 + CHANGES);
    let held_for_it = until(&mut sleeper, &last).await.len();
    assert!(
        held_for_it < CHANGES * BYTES / 4,
        "{held_for_it} bytes lay ready for a reader that did not read"
    );
}

#[tokio::test]
async fn a_feed_ends_with_the_last_who_follows() {
    let mesh = mesh().await;
    let stream = begun(&mesh).await;
    drop(stream);
    mesh.service.unwatched().await;
    let mut again = open(&mesh, "", "").await;
    until(&mut again, "event: snapshot").await;
    mesh.service.until(|views| views.followed() == 1).await;
}
