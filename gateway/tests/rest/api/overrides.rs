//! Overrides.

use prost_types::{Duration, Timestamp};
use serde_json::json;
use vortex_proto::config::v1::*;

use crate::mesh::{Mesh, start};

fn set() -> Override {
    let time = |seconds| Some(Timestamp { seconds, nanos: 0 });
    Override {
        id: "o42".into(),
        app: "orders".into(),
        profile: "prod".into(),
        label: "main".into(),
        values: r#"{"db.pool":20,"rate":1.50}"#.into(),
        reason: "incident 4711".into(),
        principal: "anonymous".into(),
        author: "ada".into(),
        since: time(1_000_000_000),
        expires_at: time(1_000_003_600),
    }
}

/// As it is written, numbers included.
const SET: &str = r#"{"id":"o42","app":"orders","profile":"prod","label":"main","values":{"db.pool":20,"rate":1.50},"reason":"incident 4711","principal":"anonymous","author":"ada","since":"2001-09-09T01:46:40Z","expires_at":"2001-09-09T02:46:40Z"}"#;

fn target(label: &str) -> Option<DocumentRef> {
    Some(DocumentRef {
        app: "orders".into(),
        profile: "prod".into(),
        label: label.into(),
    })
}

async fn put(mesh: &Mesh, path: &str, body: &str) -> crate::client::Answer {
    let json = ["Content-Type: application/json", "Idempotency-Key: once"];
    mesh.send(&format!("PUT {path}"), &json, body).await
}

#[tokio::test]
async fn an_override_is_set_with_all_that_was_given() {
    let mesh = start().await;
    let reply = SetOverrideResponse {
        r#override: Some(set()),
        token: "s:42".into(),
    };
    mesh.service.reply("set_override", reply);
    let body = r#"{"values":{"db.pool":20,"rate":1.50},"expires":"1h","reason":"incident 4711","author":"ada"}"#;
    let answer = put(&mesh, "/api/overrides/orders/prod?label=main", body).await;
    assert_eq!(answer.status, 200);
    let expected = format!(r#"{{"override":{SET},"token":"s:42"}}"#);
    assert_eq!(answer.text(), expected);
    let asked: SetOverrideRequest = mesh.service.asked("set_override");
    let expected = SetOverrideRequest {
        target: target("main"),
        values: r#"{"db.pool":20,"rate":1.50}"#.into(),
        expires: None,
        lasts: Some(Duration {
            seconds: 3_600,
            nanos: 0,
        }),
        reason: "incident 4711".into(),
        author: "ada".into(),
        request_id: "once".into(),
    };
    assert_eq!(asked, expected);
}

#[tokio::test]
async fn the_end_of_an_override_is_a_time_or_a_span_and_always_given() {
    let mesh = start().await;
    mesh.service
        .reply("set_override", SetOverrideResponse::default());
    let path = "/api/overrides/orders/prod";
    let at = json!({"values": {"a": 1}, "expires": "2001-09-09T01:46:40Z"});
    assert_eq!(put(&mesh, path, &at.to_string()).await.status, 200);
    let asked: SetOverrideRequest = mesh.service.asked("set_override");
    assert_eq!((asked.expires, asked.lasts), (set().since, None));
    let soon = json!({"values": {"a": 1}, "expires": "soon"});
    let refused = put(&mesh, path, &soon.to_string()).await;
    let problem = refused.problem(400, "INVALID_ARGUMENT");
    assert_eq!(problem["errors"][0]["field"], "expires");
    let never = put(&mesh, path, &json!({"values": {"a": 1}}).to_string()).await;
    never.problem(400, "INVALID_ARGUMENT");
}

#[tokio::test]
async fn overrides_are_read_listed_and_removed() {
    let mesh = start().await;
    let read = GetOverrideResponse {
        r#override: Some(set()),
        token: "s:43".into(),
    };
    mesh.service.reply("get_override", read);
    let answer = mesh.get("/api/overrides/orders/prod?label=l").await;
    assert_eq!(
        answer.text(),
        format!(r#"{{"override":{SET},"token":"s:43"}}"#)
    );
    let asked: GetOverrideRequest = mesh.service.asked("get_override");
    assert_eq!(asked.target, target("l"));

    let listed = ListOverridesResponse {
        overrides: vec![set()],
        next_page_token: "next".into(),
        token: "s:43".into(),
    };
    mesh.service.reply("list_overrides", listed);
    let list = mesh
        .get("/api/overrides?app=orders&label=main&page_size=1&page_token=t")
        .await;
    let expected = format!(r#"{{"overrides":[{SET}],"next_page_token":"next","token":"s:43"}}"#);
    assert_eq!(list.text(), expected);
    let asked: ListOverridesRequest = mesh.service.asked("list_overrides");
    let expected = ListOverridesRequest {
        page_size: 1,
        page_token: "t".into(),
        app: "orders".into(),
        label: "main".into(),
    };
    assert_eq!(asked, expected);

    let removed = RemoveOverrideResponse {
        id: "o42".into(),
        token: "s:44".into(),
    };
    mesh.service.reply("remove_override", removed);
    let key = ["Idempotency-Key: once"];
    let path = "DELETE /api/overrides/orders/prod?reason=over&author=ada";
    let answer = mesh.send(path, &key, "").await;
    assert_eq!(
        (answer.status, answer.json()),
        (200, json!({"id": "o42", "token": "s:44"}))
    );
    let asked: RemoveOverrideRequest = mesh.service.asked("remove_override");
    let expected = RemoveOverrideRequest {
        target: target(""),
        reason: "over".into(),
        author: "ada".into(),
        request_id: "once".into(),
    };
    assert_eq!(asked, expected);
}
