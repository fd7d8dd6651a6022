//! API keys.

use prost_types::{Duration, Timestamp};
use serde_json::{Value, json};
use vortex_proto::access::v1::*;

use crate::{
    client::Answer,
    mesh::{Mesh, start},
};

const ID: &str = "0123456789abcdef";

fn key() -> Key {
    Key {
        id: ID.into(),
        name: "ci".into(),
        grants: vec![Grant {
            role: "reader".into(),
            scopes: vec!["payments/**".into()],
        }],
        created_at: Some(at(1_000_000_000)),
        expires_at: Some(at(1_000_086_400)),
        revoked_at: None,
        rotated_from: String::new(),
        created_by: "key:root".into(),
        state: KeyState::Active.into(),
        // which the gateway never shows
        sha256: vec![7; 32].into(),
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp { seconds, nanos: 0 }
}

fn key_json() -> Value {
    json!({
        "id": ID, "name": "ci", "state": "active",
        "grants": [{"role": "reader", "scopes": ["payments/**"]}],
        "created_at": "2001-09-09T01:46:40Z", "expires_at": "2001-09-10T01:46:40Z",
        "revoked_at": null, "rotated_from": "", "created_by": "key:root",
    })
}

fn new() -> Value {
    json!({
        "name": "ci", "grants": [{"role": "reader", "scopes": ["payments/**"]}], "expires": "90d",
        "id": ID, "sha256": "07".repeat(32),
    })
}

async fn post(mesh: &Mesh, path: &str, body: &Value) -> Answer {
    let json = ["Content-Type: application/json", "Idempotency-Key: once"];
    let line = format!("POST {path}");
    mesh.send(&line, &json, &body.to_string()).await
}

#[tokio::test]
async fn a_key_is_created_by_its_hash() {
    let mesh = start().await;
    let reply = CreateKeyResponse {
        description: Some(key()),
        key: String::new(),
        token: "s:42".into(),
        shown_before: false,
    };
    mesh.service.reply("create_key", reply);
    let created = post(&mesh, "/api/keys", &new()).await;
    assert_eq!(created.status, 201);
    assert_eq!(
        created.json(),
        json!({"description": key_json(), "key": "", "token": "s:42", "shown_before": false})
    );
    let expected = CreateKeyRequest {
        name: "ci".into(),
        grants: key().grants,
        expires_at: None,
        lasts: Some(Duration {
            seconds: 90 * 86_400,
            nanos: 0,
        }),
        id: ID.into(),
        sha256: vec![7; 32].into(),
        request_id: "once".into(),
    };
    assert_eq!(
        mesh.service.asked::<CreateKeyRequest>("create_key"),
        expected
    );
}

#[tokio::test]
async fn a_key_that_the_server_makes_is_in_the_answer() {
    let mesh = start().await;
    let reply = CreateKeyResponse {
        description: Some(key()),
        key: "vx_the-secret".into(),
        ..Default::default()
    };
    mesh.service.reply("create_key", reply);
    let body = json!({"grants": [], "expires": "2001-09-10T01:46:40Z"});
    let created = post(&mesh, "/api/keys", &body).await;
    assert_eq!(created.json()["key"], "vx_the-secret");
    let asked: CreateKeyRequest = mesh.service.asked("create_key");
    assert_eq!((asked.expires_at, asked.lasts), (key().expires_at, None));
    assert!(asked.id.is_empty() && asked.sha256.is_empty() && asked.name.is_empty());
}

#[tokio::test]
async fn what_is_no_hash_time_or_grant_is_named() {
    let mesh = start().await;
    mesh.service
        .reply("create_key", CreateKeyResponse::default());
    for (member, value, field) in [
        ("sha256", json!("zz"), "sha256"),
        ("expires", json!("soon"), "expires"),
        ("grants", json!([{"role": "reader"}]), "grants[0].scopes"),
        ("scopes", json!(["**"]), "scopes"),
    ] {
        let mut body = new();
        body[member] = value;
        let refused = post(&mesh, "/api/keys", &body).await;
        let problem = refused.problem(400, "INVALID_ARGUMENT");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
}

#[tokio::test]
async fn keys_are_listed_and_described() {
    let mesh = start().await;
    let listed = ListKeysResponse {
        keys: vec![key()],
        next_page_token: "next".into(),
        token: "s:43".into(),
    };
    mesh.service.reply("list_keys", listed);
    let list = mesh.get("/api/keys?name=ci&page_size=1&page_token=t").await;
    assert_eq!(
        list.json(),
        json!({"keys": [key_json()], "next_page_token": "next", "token": "s:43"})
    );
    let asked: ListKeysRequest = mesh.service.asked("list_keys");
    let expected = ListKeysRequest {
        page_size: 1,
        page_token: "t".into(),
        name: "ci".into(),
    };
    assert_eq!(asked, expected);
    let got = GetKeyResponse {
        description: Some(key()),
        token: "s:44".into(),
    };
    mesh.service.reply("get_key", got);
    let one = mesh.get(&format!("/api/keys/{ID}")).await;
    assert_eq!(
        one.json(),
        json!({"description": key_json(), "token": "s:44"})
    );
    assert_eq!(mesh.service.asked::<GetKeyRequest>("get_key").id, ID);
}

#[tokio::test]
async fn a_key_is_revoked_and_rotated_by_its_id() {
    let mesh = start().await;
    let revoked = RevokeKeyResponse {
        description: Some(Key {
            state: KeyState::Revoked.into(),
            ..key()
        }),
        token: "s:45".into(),
    };
    mesh.service.reply("revoke_key", revoked);
    let line = format!("POST /api/keys/{ID}/revoke");
    let answer = mesh.send(&line, &["Idempotency-Key: once"], "").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["description"]["state"], "revoked");
    let asked: RevokeKeyRequest = mesh.service.asked("revoke_key");
    assert_eq!((&*asked.id, &*asked.request_id), (ID, "once"));

    let rotated = RotateKeyResponse {
        description: Some(key()),
        old: Some(key()),
        token: "s:46".into(),
        ..Default::default()
    };
    mesh.service.reply("rotate_key", rotated);
    let path = format!("/api/keys/{ID}/rotate");
    let body = json!({"overlap": "1d", "new_id": "f".repeat(16), "sha256": "07".repeat(32)});
    let answer = post(&mesh, &path, &body).await;
    assert_eq!(answer.status, 201);
    assert_eq!(
        answer.json(),
        json!({"description": key_json(), "key": "", "old": key_json(), "token": "s:46",
            "shown_before": false})
    );
    let expected = RotateKeyRequest {
        id: ID.into(),
        overlap: Some(Duration {
            seconds: 86_400,
            nanos: 0,
        }),
        new_id: "f".repeat(16),
        sha256: vec![7; 32].into(),
        request_id: "once".into(),
    };
    assert_eq!(
        mesh.service.asked::<RotateKeyRequest>("rotate_key"),
        expected
    );
    // without anything, the server makes one, and the old one ends at once
    let answer = mesh.send(&format!("POST {path}"), &[], "").await;
    assert_eq!(answer.status, 201);
    let asked: RotateKeyRequest = mesh.service.asked("rotate_key");
    assert_eq!((asked.overlap, asked.sha256.len()), (None, 0));
}
