//! The messages of the protocol.

use serde_json::json;
use vortex_kit::error::{Fault, Reason};

use super::{Client, change, mesh};
use crate::views_stream::STORE;

#[tokio::test]
async fn a_connection_begins_with_a_snapshot_and_then_tells_what_changes() {
    let mesh = mesh().await;
    let mut client = Client::connect(&mesh, "?instance=i").await;
    let first = client.next().await;
    assert_eq!(first["type"], "config_snapshot");
    assert_eq!(first["schema"], 1);
    assert_eq!(first["connection_id"].as_str().unwrap().len(), 36);
    assert_eq!(
        (&first["app"], &first["profile"], &first["label"]),
        (&json!("orders"), &json!("dev"), &json!("main"))
    );
    assert_eq!(first["config"]["a"], "one");
    assert_eq!(first["version"], "v7");
    assert_eq!(first["cursor"], format!("{STORE}:7.d7.v7"));
    assert!(first["timestamp"].as_str().unwrap().ends_with('Z'));
    change(&mesh, 8, "two");
    let next = client.next().await;
    assert_eq!(next["type"], "config_change");
    assert_eq!(
        next["diff"],
        json!([{"op": "replace", "path": "/a", "value": "two"}])
    );
    assert_eq!(
        (&next["old_version"], &next["new_version"]),
        (&json!("v7"), &json!("v8"))
    );
    assert_eq!(next["cursor"], format!("{STORE}:8.d8.v8"));
    assert_eq!(next.get("connection_id"), None);
}

#[tokio::test]
async fn a_cursor_is_where_a_connection_goes_on() {
    let mesh = mesh().await;
    let mut client = Client::connect(&mesh, &format!("?cursor={STORE}:7.d7.v7")).await;
    let first = client.next().await;
    assert_eq!(
        (&first["type"], &first["diff"]),
        (&json!("config_change"), &json!([]))
    );
    assert_eq!(
        (&first["old_version"], &first["new_version"]),
        (&json!("v7"), &json!("v7"))
    );
    assert!(first["connection_id"].is_string());
    change(&mesh, 8, "two");
    assert_eq!(client.next().await["new_version"], "v8");
}

#[tokio::test]
async fn a_cursor_of_another_store_is_answered_with_a_snapshot() {
    let mesh = mesh().await;
    let mut client = Client::connect(&mesh, "?cursor=other:9.d7.v7").await;
    assert_eq!(client.next().await["type"], "config_snapshot");
}

#[tokio::test]
async fn a_client_that_resyncs_gets_a_snapshot() {
    let mesh = mesh().await;
    let mut client = Client::connect(&mesh, "").await;
    client.next().await;
    client.say(r#"{"type":"resync"}"#).await;
    let again = client.next().await;
    assert_eq!(again["type"], "config_snapshot");
    client
        .say(&format!(
            r#"{{"type":"resync","cursor":"{STORE}:7.d7.v7"}}"#
        ))
        .await;
    let again = client.next().await;
    assert_eq!(
        (&again["type"], &again["diff"]),
        (&json!("config_change"), &json!([]))
    );
}

#[tokio::test]
async fn errors_are_answered_and_the_connection_goes_on() {
    let mesh = mesh().await;
    let mut client = Client::connect(&mesh, "").await;
    client.next().await;
    for (text, code) in [
        ("x", "INVALID_MESSAGE"),
        (
            r#"{"type":"subscribe","patterns":["a:b:c:d"]}"#,
            "SUBSCRIPTION_FAILED",
        ),
    ] {
        client.say(text).await;
        let error = client.next().await;
        assert_eq!(
            (&error["type"], &error["code"]),
            (&json!("error"), &json!(code))
        );
    }
    client.say(r#"{"type":"ping"}"#).await;
    assert_eq!(client.next().await["type"], "pong");
}

#[tokio::test]
async fn a_drain_says_when_to_come_back() {
    let mesh = mesh().await;
    let mut client = Client::connect(&mesh, "").await;
    client.next().await;
    mesh.runtime.lifecycle.begin_drain();
    let (messages, code, reason) = client.closed().await;
    assert_eq!((code, &*reason), (1001, "DRAINING"));
    let last = messages.last().unwrap();
    assert_eq!(last["code"], "DRAINING");
    assert!(last["retry_after_ms"].as_u64().unwrap() <= 3_000);
}

#[tokio::test]
async fn a_configuration_that_can_not_be_followed_any_more_closes() {
    let mesh = mesh().await;
    let mut client = Client::connect(&mesh, "").await;
    client.next().await;
    mesh.service
        .end_watches(Fault::new(Reason::DocumentInvalid, "orders.yml:3:7: a tab"));
    let (messages, code, _) = client.closed().await;
    assert_eq!(code, 1013);
    assert_eq!(messages[0]["code"], "WATCH_ENDED");
    let why = messages[0]["message"].as_str().unwrap();
    assert!(why.starts_with("DOCUMENT_INVALID"), "{why}");
}

#[tokio::test]
async fn connections_are_counted_and_their_messages_written_once() {
    let mesh = mesh().await;
    let mut clients = Vec::new();
    for _ in 0..20 {
        let mut client = Client::connect(&mesh, "").await;
        client.next().await;
        clients.push(client);
    }
    change(&mesh, 8, "two");
    for client in &mut clients {
        assert_eq!(client.next().await["new_version"], "v8");
    }
    let metrics = mesh.get("/metrics").await.text().to_owned();
    for line in [
        "websocket_connections 20",
        "websocket_messages_total{direction=\"out\",type=\"config_change\"} 20",
        "vortex_watch_events_written_total 2",
        "vortex_watches 20",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
}
