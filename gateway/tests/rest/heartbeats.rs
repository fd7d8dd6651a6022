//! Heartbeats over REST.

mod many;

use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use prost::Message;
use serde_json::{Value, json};
use vortex_kit::error::{Fault, Reason};
use vortex_proto::{
    config::v1::{Arm, Assignment, SplitUnit},
    heartbeat::v1::*,
    rollout::v1::DdSketch,
};

use crate::{
    client::Answer,
    mesh::{Mesh, Way, settings, start, start_with},
};

const JSON: &str = "Content-Type: application/json";

async fn post(mesh: &Mesh, path: &str, body: &Value) -> Answer {
    let line = format!("POST {path}");
    mesh.send(&line, &[JSON], &body.to_string()).await
}

fn seconds(seconds: i64) -> Option<prost_types::Duration> {
    Some(prost_types::Duration { seconds, nanos: 0 })
}

fn assignment() -> Assignment {
    Assignment {
        split: "r-1".into(),
        change: "v2".into(),
        generation: 3,
        arm: Arm::Canary.into(),
        unit: SplitUnit::Instance.into(),
        forced: true,
    }
}

fn assignment_json() -> Value {
    json!({"split": "r-1", "change": "v2", "generation": 3, "arm": "canary", "unit": "instance",
        "forced": true})
}

fn reply() -> HeartbeatReply {
    HeartbeatReply {
        next_interval: seconds(30),
        jitter: seconds(3),
        expected_version: "v2".into(),
        expected_assignments: vec![assignment()],
        drift: true,
        resend_full: false,
        fetch: true,
    }
}

fn reply_json() -> Value {
    json!({"next_interval": "30s", "jitter": "3s", "expected_version": "v2",
        "expected_assignments": [assignment_json()], "drift": true, "resend_full": false,
        "fetch": true})
}

/// A mesh whose heartbeat-ingest takes every report.
async fn mesh(way: Way) -> Mesh {
    let mesh = start_with(settings(), way).await;
    let taken = ReportResponse {
        reply: Some(reply()),
    };
    mesh.heartbeats.reply("report", taken);
    mesh
}

fn asked(mesh: &Mesh) -> Heartbeat {
    let asked: ReportRequest = mesh.heartbeats.asked("report");
    asked.heartbeat.unwrap()
}

#[tokio::test]
async fn a_report_says_all_it_may_in_one_process_or_many() {
    let sketch = DdSketch {
        zero_count: 7.0,
        ..DdSketch::default()
    };
    let body = json!({
        "app": "orders", "profile": "eu,prod", "label": "v", "instance_id": "i-1",
        "boot_id": 1_764_000_000_000_000_u64, "sequence": 9, "version": "v2+1f3c9a0b",
        "token": "s:7", "assignments": [assignment_json()], "status": "degraded",
        "refused": {"version": "v3", "error": "no such pool"},
        "metrics": [
            {"requests": 9, "errors": 1, "latencies_ms": [1, 2.5]},
            {"split": "r-1", "generation": 2, "arm": "stable", "requests": 1, "errors": 0,
             "sketch": BASE64_STANDARD.encode(sketch.encode_to_vec())}],
        "metadata": {"host": "h", "namespace": "n", "zone": "z", "app_version": "1.2"},
        "sent_at": "2001-09-09T03:46:40.5+02:00",
    });
    let expected = Heartbeat {
        fleet: Some(Fleet {
            app: "orders".into(),
            profiles: vec!["eu".into(), "prod".into()],
            label: "v".into(),
        }),
        instance_id: "i-1".into(),
        boot_id: 1_764_000_000_000_000,
        sequence: 9,
        version: "v2+1f3c9a0b".into(),
        token: "s:7".into(),
        assignments: vec![assignment()],
        status: InstanceStatus::Degraded.into(),
        refused: Some(RefusedVersion {
            version: "v3".into(),
            error: "no such pool".into(),
        }),
        measured: vec![
            Measured {
                requests: 9,
                errors: 1,
                latencies_ms: vec![1.0, 2.5],
                ..Measured::default()
            },
            Measured {
                split: "r-1".into(),
                generation: 2,
                arm: Arm::Stable.into(),
                requests: 1,
                sketch: Some(sketch),
                ..Measured::default()
            },
        ],
        metadata: Some(InstanceMetadata {
            host: "h".into(),
            namespace: "n".into(),
            zone: "z".into(),
            app_version: "1.2".into(),
        }),
        sent_at: Some(prost_types::Timestamp {
            seconds: 1_000_000_000,
            nanos: 500_000_000,
        }),
    };
    for way in [Way::InProcess, Way::Network] {
        let mesh = mesh(way).await;
        let answer = post(&mesh, "/heartbeat", &body).await;
        assert_eq!((answer.status, answer.json()), (200, reply_json()));
        assert_eq!(asked(&mesh), expected);
    }
}

#[tokio::test]
async fn a_report_may_say_as_little_as_who_it_is() {
    let mesh = mesh(Way::InProcess).await;
    let body = json!({"app": "orders", "instance_id": "i-1"});
    assert_eq!(post(&mesh, "/heartbeat", &body).await.status, 200);
    let expected = Heartbeat {
        fleet: Some(Fleet {
            app: "orders".into(),
            ..Fleet::default()
        }),
        instance_id: "i-1".into(),
        ..Heartbeat::default()
    };
    assert_eq!(asked(&mesh), expected);
}

#[tokio::test]
async fn a_path_names_the_fleet_and_the_body_may_not_contradict_it() {
    let mesh = mesh(Way::InProcess).await;
    let path = "/api/drift/heartbeat/orders/eu,prod";
    for body in [
        json!({"instance_id": "i-1"}),
        json!({"instance_id": "i-1", "app": "orders", "profile": "eu,prod"}),
    ] {
        assert_eq!(post(&mesh, path, &body).await.json(), reply_json());
        let fleet = asked(&mesh).fleet.unwrap();
        assert_eq!(
            (&*fleet.app, fleet.profiles.join("|")),
            ("orders", "eu|prod".into())
        );
    }
    for (field, value) in [("app", "billing"), ("profile", "prod,eu")] {
        let mut body = json!({"instance_id": "i-1"});
        body[field] = value.into();
        let problem = post(&mesh, path, &body)
            .await
            .problem(400, "INVALID_ARGUMENT");
        assert_eq!(problem["errors"][0]["field"], field);
    }
}

#[tokio::test]
async fn what_is_not_known_is_passed_over_and_counted() {
    let mesh = mesh(Way::InProcess).await;
    let body = json!({
        "app": "orders", "instance_id": "i-1", "version": "v1", "cpu": {"idle": 0.5},
        "metadata": {"host": "h", "pod": "p"},
        "metrics": [{"version": "v0", "requests": 1, "errors": 0},
                    {"version": "v1", "requests": 2, "errors": 0, "bytes": 9}],
    });
    assert_eq!(post(&mesh, "/heartbeat", &body).await.status, 200);
    let measured = asked(&mesh).measured;
    assert_eq!(measured.len(), 1);
    assert_eq!(measured[0].requests, 2);
    let metrics = mesh.get("/metrics").await;
    // three members and the figures of v0
    assert!(metrics.text().contains("\nvortex_ignored_fields_total 4\n"));
}

#[tokio::test]
async fn who_reports_too_much_is_told_when_to_come_again() {
    let mesh = start().await;
    let refused = Fault::new(
        Reason::RateLimited,
        "1,000 reports a second of one application",
    )
    .retry_after(Duration::from_millis(1_500));
    mesh.heartbeats.fail("report", refused);
    let body = json!({"app": "orders", "instance_id": "i-1"});
    let answer = post(&mesh, "/heartbeat", &body).await;
    answer.problem(429, "RATE_LIMITED");
    assert_eq!(answer.header("retry-after"), "2");
}

#[tokio::test]
async fn what_the_service_finds_wrong_is_told_by_the_name_it_has_in_the_body() {
    let mesh = start().await;
    let wrong = Fault::invalid("heartbeat.measured[0].errors", "9 are more than 1 request");
    mesh.heartbeats.fail("report", wrong);
    let body = json!({"app": "orders", "instance_id": "i-1"});
    let answer = post(&mesh, "/heartbeat", &body).await;
    let problem = answer.problem(400, "INVALID_ARGUMENT");
    assert_eq!(problem["errors"][0]["field"], "metrics[0].errors");
    assert_eq!(
        problem["detail"],
        "metrics[0].errors: 9 are more than 1 request"
    );
}

#[tokio::test]
async fn what_a_report_cannot_have_is_refused_by_its_field() {
    let mesh = mesh(Way::InProcess).await;
    for (field, value, named) in [
        ("app", Value::Null, "app"),
        ("instance_id", json!(7), "instance_id"),
        ("boot_id", json!(-1), "boot_id"),
        ("sequence", json!(1.5), "sequence"),
        ("status", json!("fine"), "status"),
        ("assignments", json!({}), "assignments"),
        (
            "assignments",
            json!([{"generation": "3"}]),
            "assignments[0].generation",
        ),
        ("metrics", json!([{"requests": 1}]), "metrics[0].errors"),
        (
            "metrics",
            json!([{"requests": 1, "errors": 0, "sketch": "/////w=="}]),
            "metrics[0].sketch",
        ),
        (
            "metrics",
            json!([{"requests": 1, "errors": 0, "latencies_ms": [1, null]}]),
            "metrics[0].latencies_ms[1]",
        ),
        ("metadata", json!({"host": 5}), "metadata.host"),
        ("sent_at", json!("now"), "sent_at"),
    ] {
        let mut body = json!({"app": "orders", "instance_id": "i-1"});
        body[field] = value;
        let problem = post(&mesh, "/heartbeat", &body)
            .await
            .problem(400, "INVALID_ARGUMENT");
        assert_eq!(problem["errors"][0]["field"], named, "{body}");
    }
    for body in [json!([]), json!(5), json!({"app": "orders"})] {
        let answer = post(&mesh, "/heartbeat", &body).await;
        answer.problem(400, "INVALID_ARGUMENT");
    }
    let huge = " ".repeat((1 << 20) + 1);
    let answer = mesh.send("POST /heartbeat", &[JSON], &huge).await;
    answer.problem(413, "MESSAGE_TOO_LARGE");
    let plain = mesh
        .send("POST /heartbeat", &["Content-Type: text/plain"], "{}")
        .await;
    plain.problem(415, "UNSUPPORTED_FORMAT");
    mesh.get("/heartbeat")
        .await
        .problem(405, "METHOD_NOT_ALLOWED");
    assert_eq!(mesh.heartbeats.calls("report"), 0);
}
