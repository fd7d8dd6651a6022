//! Alerts: listed, acknowledged, silenced.

use prost_types::Duration;
use serde_json::{Value, json};
use vortex_kit::error::{Fault, Reason};
use vortex_proto::{drift::v1::*, heartbeat::v1::Fleet};

use super::{NOW, NOW_JSON, at, fleet, post};
use crate::mesh::{Mesh, start};

fn alert() -> Alert {
    Alert {
        id: "a1".into(),
        fleet: fleet(),
        cause: AlertCause::Drift.into(),
        state: AlertState::Firing.into(),
        expected_version: "v2".into(),
        worst: 60,
        instances: 52,
        total: 1_000,
        started_at: at(NOW),
        resolved_at: None,
        acknowledged_by: "ada".into(),
        acknowledged_at: at(NOW),
        comment: "a deploy".into(),
    }
}

fn alert_json() -> Value {
    json!({"id": "a1", "app": "orders", "profile": "eu,prod", "label": "main", "cause": "drift",
        "state": "firing", "expected_version": "v2", "worst": 60, "instances": 52, "total": 1000,
        "started_at": NOW_JSON, "resolved_at": null, "acknowledged_by": "ada",
        "acknowledged_at": NOW_JSON, "comment": "a deploy"})
}

fn acknowledging(mesh: &Mesh) {
    let reply = AcknowledgeAlertResponse {
        alert: Some(alert()),
    };
    mesh.drift.reply("acknowledge_alert", reply);
}

/// A mesh in which silences last until [`NOW`].
async fn silencing() -> Mesh {
    let mesh = start().await;
    let silence = Silence {
        fleet: fleet(),
        until: at(NOW),
        author: "ada".into(),
        reason: "a deploy".into(),
    };
    let reply = SilenceFleetResponse {
        silence: Some(silence),
    };
    mesh.drift.reply("silence_fleet", reply);
    mesh
}

fn silence_json() -> Value {
    json!({"silence": {"app": "orders", "profile": "eu,prod", "label": "main", "until": NOW_JSON,
        "author": "ada", "reason": "a deploy"}})
}

fn silenced(duration: i64) -> SilenceFleetRequest {
    SilenceFleetRequest {
        fleet: fleet(),
        duration: Some(Duration {
            seconds: duration,
            nanos: 0,
        }),
        author: "ada".into(),
        reason: "a deploy".into(),
    }
}

#[tokio::test]
async fn alerts_are_listed() {
    let mesh = start().await;
    let reply = ListAlertsResponse {
        alerts: vec![alert()],
        next_page_token: "next".into(),
    };
    mesh.drift.reply("list_alerts", reply);
    let path = "/api/drift/alerts?app=orders&firing=true&page_size=2&page_token=t";
    let page = json!({"alerts": [alert_json()], "next_page_token": "next"});
    assert_eq!(mesh.get(path).await.json(), page);
    let asked: ListAlertsRequest = mesh.drift.asked("list_alerts");
    let expected = ListAlertsRequest {
        app: "orders".into(),
        firing: true,
        page_size: 2,
        page_token: "t".into(),
    };
    assert_eq!(asked, expected);
}

#[tokio::test]
async fn an_alert_is_acknowledged_with_a_comment_or_none() {
    let mesh = start().await;
    acknowledging(&mesh);
    let path = "/api/drift/alerts/a1/ack";
    let body = json!({"comment": "a deploy", "author": "ada"});
    assert_eq!(post(&mesh, path, &body).await.json(), alert_json());
    let asked: AcknowledgeAlertRequest = mesh.drift.asked("acknowledge_alert");
    assert_eq!(
        (&*asked.id, &*asked.author, &*asked.comment),
        ("a1", "ada", "a deploy")
    );
    let bare = mesh.send(&format!("POST {path}"), &[], "").await;
    assert_eq!(bare.json(), alert_json());
    let asked: AcknowledgeAlertRequest = mesh.drift.asked("acknowledge_alert");
    assert_eq!((&*asked.author, &*asked.comment), ("", ""));
}

#[tokio::test]
async fn a_fleet_is_silenced_for_a_time_and_a_time_of_zero_ends_that() {
    let mesh = silencing().await;
    let path = "/api/drift/orders/eu,prod/silence?label=main";
    for (duration, seconds) in [("2h", 7_200), ("0s", 0)] {
        let body = json!({"duration": duration, "reason": "a deploy", "author": "ada"});
        assert_eq!(post(&mesh, path, &body).await.json(), silence_json());
        let asked: SilenceFleetRequest = mesh.drift.asked("silence_fleet");
        assert_eq!(asked, silenced(seconds));
    }
    let ended = SilenceFleetResponse { silence: None };
    mesh.drift.reply("silence_fleet", ended);
    let answer = post(&mesh, path, &json!({"duration": "0s"})).await;
    assert_eq!(answer.json(), json!({ "silence": null }));
    for body in [
        json!({"reason": "a deploy"}),
        json!({"duration": "soon"}),
        json!({"duration": "2h", "until": "2026-01-02T03:04:05Z"}),
    ] {
        post(&mesh, path, &body)
            .await
            .problem(400, "INVALID_ARGUMENT");
    }
    assert_eq!(mesh.drift.calls("silence_fleet"), 3);
}

#[tokio::test]
async fn an_alert_that_is_silenced_is_acknowledged_and_silences_its_fleet() {
    let mesh = silencing().await;
    acknowledging(&mesh);
    let body = json!({"duration": "2h", "reason": "a deploy", "author": "ada"});
    let answer = post(&mesh, "/api/drift/alerts/a1/silence", &body).await;
    assert_eq!(answer.json(), silence_json());
    let asked: AcknowledgeAlertRequest = mesh.drift.asked("acknowledge_alert");
    assert_eq!((&*asked.id, &*asked.comment), ("a1", "a deploy"));
    let asked: SilenceFleetRequest = mesh.drift.asked("silence_fleet");
    assert_eq!(asked, silenced(7_200));
}

#[tokio::test]
async fn an_alert_that_is_not_there_silences_nothing() {
    let mesh = silencing().await;
    let missing = Fault::new(Reason::NotFound, "there is no alert a2");
    mesh.drift.fail("acknowledge_alert", missing);
    let body = json!({"duration": "2h"});
    let answer = post(&mesh, "/api/drift/alerts/a2/silence", &body).await;
    answer.problem(404, "NOT_FOUND");
    assert_eq!(mesh.drift.calls("silence_fleet"), 0);
}

#[tokio::test]
async fn an_application_may_be_called_alerts() {
    let mesh = start().await;
    let asked_of = |fleet: Option<Fleet>| fleet.unwrap().app;
    mesh.drift.reply("get_drift", GetDriftResponse::default());
    mesh.drift
        .reply("list_instances", ListInstancesResponse::default());
    mesh.drift.reply("remediate", RemediateResponse::default());
    assert_eq!(mesh.get("/api/drift/alerts/prod").await.status, 200);
    let asked: GetDriftRequest = mesh.drift.asked("get_drift");
    assert_eq!(asked_of(asked.fleet), "alerts");
    let answer = post(&mesh, "/api/drift/alerts/prod/remediate", &json!({})).await;
    assert_eq!(answer.status, 200);
    let asked: RemediateRequest = mesh.drift.asked("remediate");
    assert_eq!(asked_of(asked.fleet), "alerts");
}
