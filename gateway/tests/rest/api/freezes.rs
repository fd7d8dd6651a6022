//! Freezes.

use prost_types::{Duration, Timestamp};
use serde_json::json;
use vortex_proto::config::v1::*;

use crate::mesh::{Mesh, start};

fn freeze() -> Freeze {
    Freeze {
        id: "f42".into(),
        all: false,
        apps: vec!["billing".into(), "orders".into()],
        label: "main".into(),
        reason: "the audit".into(),
        principal: "anonymous".into(),
        author: "ada".into(),
        since: Some(Timestamp {
            seconds: 1_000_000_000,
            nanos: 0,
        }),
        until: None,
    }
}

fn freeze_json() -> serde_json::Value {
    json!({
        "id": "f42", "all": false, "apps": ["billing", "orders"], "label": "main",
        "reason": "the audit", "principal": "anonymous", "author": "ada",
        "since": "2001-09-09T01:46:40Z", "until": null,
    })
}

async fn post(mesh: &Mesh, body: &serde_json::Value) -> crate::client::Answer {
    let json = ["Content-Type: application/json", "Idempotency-Key: once"];
    mesh.send("POST /api/freezes", &json, &body.to_string())
        .await
}

#[tokio::test]
async fn a_freeze_is_set_with_all_that_was_given() {
    let mesh = start().await;
    let reply = SetFreezeResponse {
        freeze: Some(freeze()),
        token: "s:42".into(),
    };
    mesh.service.reply("set_freeze", reply);
    let body = json!({
        "apps": ["orders", "billing"], "label": "main", "reason": "the audit", "author": "ada",
        "until": "90m",
    });
    let set = post(&mesh, &body).await;
    assert_eq!(set.status, 201);
    assert_eq!(
        set.json(),
        json!({"freeze": freeze_json(), "token": "s:42"})
    );
    let asked: SetFreezeRequest = mesh.service.asked("set_freeze");
    let expected = SetFreezeRequest {
        all: false,
        apps: vec!["orders".into(), "billing".into()],
        label: "main".into(),
        reason: "the audit".into(),
        author: "ada".into(),
        until: None,
        request_id: "once".into(),
        lasts: Some(Duration {
            seconds: 5_400,
            nanos: 0,
        }),
    };
    assert_eq!(asked, expected);
}

#[tokio::test]
async fn the_end_of_a_freeze_is_a_time_or_a_span() {
    let mesh = start().await;
    mesh.service
        .reply("set_freeze", SetFreezeResponse::default());
    let at = json!({"all": true, "reason": "r", "until": "2001-09-09T01:46:40Z"});
    assert_eq!(post(&mesh, &at).await.status, 201);
    let asked: SetFreezeRequest = mesh.service.asked("set_freeze");
    assert_eq!((asked.all, asked.lasts), (true, None));
    assert_eq!(asked.until, freeze().since);
    let refused = post(&mesh, &json!({"all": true, "reason": "r", "until": "soon"})).await;
    let problem = refused.problem(400, "INVALID_ARGUMENT");
    assert_eq!(problem["errors"][0]["field"], "until");
}

#[tokio::test]
async fn freezes_are_listed_and_ended_by_id_and_by_scope() {
    let mesh = start().await;
    let listed = ListFreezesResponse {
        freezes: vec![freeze()],
        next_page_token: "next".into(),
        token: "s:43".into(),
    };
    mesh.service.reply("list_freezes", listed);
    let list = mesh
        .get("/api/freezes?app=orders&label=main&page_size=1&page_token=t")
        .await;
    assert_eq!(
        list.json(),
        json!({"freezes": [freeze_json()], "next_page_token": "next", "token": "s:43"})
    );
    let ended = EndFreezeResponse {
        ids: vec!["f42".into()],
        token: "s:44".into(),
    };
    mesh.service.reply("end_freeze", ended);
    let answered = json!({"ids": ["f42"], "token": "s:44"});
    let key = ["Idempotency-Key: once"];
    let by_id = mesh
        .send("DELETE /api/freezes/f42?reason=over&author=ada", &key, "")
        .await;
    assert_eq!((by_id.status, by_id.json()), (200, answered.clone()));
    let asked: EndFreezeRequest = mesh.service.asked("end_freeze");
    let expected = EndFreezeRequest {
        id: "f42".into(),
        reason: "over".into(),
        author: "ada".into(),
        request_id: "once".into(),
        ..Default::default()
    };
    assert_eq!(asked, expected);
    let by_scope = mesh
        .send(
            "DELETE /api/freezes?apps=orders,billing&label=main",
            &[],
            "",
        )
        .await;
    assert_eq!((by_scope.status, by_scope.json()), (200, answered));
    let asked: EndFreezeRequest = mesh.service.asked("end_freeze");
    assert_eq!(asked.apps, ["orders", "billing"]);
    assert_eq!((&*asked.label, asked.all), ("main", false));
}

#[tokio::test]
async fn the_freezes_in_force_are_in_health() {
    let mesh = start().await;
    let listed = ListFreezesResponse {
        freezes: vec![freeze()],
        ..Default::default()
    };
    mesh.service.reply("list_freezes", listed);
    // it is asked for every few seconds
    loop {
        let health = mesh.get("/health").await.json();
        if health["checks"]["freezes"].is_object() {
            assert_eq!(health["checks"]["freezes"]["first"], json!([freeze_json()]));
            assert!(health["degradations"].get("freezes").is_none());
            break;
        }
        tokio::task::yield_now().await;
    }
}
