//! Figures that are reported over REST.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use prost::Message;
use prost_types::Timestamp;
use serde_json::{Value, json};
use vortex_proto::rollout::v1::{
    ArmReport, DdSketch, IndexMapping, ReportMetricsRequest, ReportMetricsResponse, arm_report::Of,
};

use crate::{
    client::Answer,
    mesh::{Mesh, start},
};

const PATH: &str = "POST /api/rollouts/r-1/metrics";
const JSON: &str = "Content-Type: application/json";

async fn mesh() -> Mesh {
    let mesh = start().await;
    let reply = ReportMetricsResponse {
        repeated: true,
        generation: 3,
    };
    mesh.rollouts.reply("report_metrics", reply);
    mesh
}

async fn report(mesh: &Mesh, body: &Value) -> Answer {
    mesh.send(PATH, &[JSON], &body.to_string()).await
}

fn asked(mesh: &Mesh) -> ReportMetricsRequest {
    mesh.rollouts.asked("report_metrics")
}

fn sketch() -> DdSketch {
    DdSketch {
        mapping: Some(IndexMapping {
            gamma: 1.02,
            ..IndexMapping::default()
        }),
        zero_count: 7.0,
        ..DdSketch::default()
    }
}

#[tokio::test]
async fn a_report_says_all_it_may() {
    let mesh = mesh().await;
    let body = json!({
        "arm": "canary", "requests": 100, "errors": 8, "latencies_ms": [1, 2.5],
        "sketch": BASE64_STANDARD.encode(sketch().encode_to_vec()), "app": "orders",
        "profile": "dev", "generation": 3, "window_start": "2001-09-09T01:46:40Z",
        "window_end": "2001-09-09T03:46:40.5+02:00", "request_id": "once",
    });
    let answer = report(&mesh, &body).await;
    assert_eq!(
        (answer.status, answer.json()),
        (
            200,
            json!({"repeated": true, "generation": 3, "ignored_fields": 0})
        )
    );
    let time = |nanos| {
        Some(Timestamp {
            seconds: 1_000_000_000,
            nanos,
        })
    };
    let expected = ArmReport {
        of: Some(Of::Arm("canary".into())),
        app: "orders".into(),
        profile: "dev".into(),
        generation: Some(3),
        window_start: time(0),
        window_end: time(500_000_000),
        requests: 100,
        errors: 8,
        latencies_ms: vec![1.0, 2.5],
        sketch: Some(sketch()),
    };
    let asked = asked(&mesh);
    assert_eq!((&*asked.id, &*asked.request_id), ("r-1", "once"));
    assert_eq!(asked.reports, [expected]);
}

#[tokio::test]
async fn several_reports_are_one_call() {
    let mesh = mesh().await;
    let body = json!([
        {"arm": "stable", "requests": 900, "errors": 0, "request_id": "once"},
        {"version": "v2", "requests": 100, "errors": 1, "request_id": "once"},
    ]);
    assert_eq!(report(&mesh, &body).await.status, 200);
    let asked = asked(&mesh);
    assert_eq!(asked.request_id, "once");
    let arms: Vec<_> = asked.reports.into_iter().map(|report| report.of).collect();
    assert_eq!(
        arms,
        [
            Some(Of::Arm("stable".into())),
            Some(Of::Version("v2".into()))
        ]
    );
}

#[tokio::test]
async fn unknown_fields_are_passed_over_and_counted() {
    let mesh = mesh().await;
    let body = json!([
        {"arm": "stable", "requests": 9, "errors": 0, "host": {"name": "a", "zone": "b"}},
        {"arm": "canary", "requests": 1, "errors": 0, "host": "b", "cpu": 0.5},
    ]);
    let answer = report(&mesh, &body).await;
    assert_eq!(answer.json()["ignored_fields"], 3);
    let metrics = mesh.get("/metrics").await;
    assert!(metrics.text().contains("\nvortex_ignored_fields_total 3\n"));
}

#[tokio::test]
async fn what_a_report_cannot_have_is_refused_by_its_field() {
    let mesh = mesh().await;
    let canary = |field: &str, value: Value| {
        let mut report = json!({"arm": "canary", "requests": 1, "errors": 0});
        report[field] = value;
        report
    };
    for (body, field) in [
        (canary("arm", Value::Null), "arm"),
        (canary("version", json!("v2")), "arm"),
        (canary("requests", json!(-1)), "requests"),
        (canary("requests", json!(1.5)), "requests"),
        (canary("errors", json!("0")), "errors"),
        (canary("latencies_ms", json!([1, "2"])), "latencies_ms[1]"),
        (canary("latencies_ms", json!([null])), "latencies_ms[0]"),
        (canary("sketch", json!("!")), "sketch"),
        (canary("sketch", json!("/////w==")), "sketch"),
        (canary("window_end", json!("now")), "window_end"),
        (canary("generation", json!(-1)), "generation"),
        (
            json!([canary("app", json!("a")), canary("sketch", json!("!"))]),
            "[1].sketch",
        ),
        (
            json!([canary("app", json!("a")), canary("errors", json!(-1))]),
            "[1].errors",
        ),
        (
            json!([
                canary("request_id", json!("a")),
                canary("request_id", json!("b"))
            ]),
            "request_id",
        ),
        (json!({"arm": "canary", "requests": 1}), "errors"),
        (json!([{"arm": "canary", "errors": 1}]), "[0].requests"),
        (json!(5), "body"),
        (json!("canary"), "body"),
    ] {
        let answer = report(&mesh, &body).await;
        let problem = answer.problem(400, "INVALID_ARGUMENT");
        assert_eq!(problem["errors"][0]["field"], field, "{body}");
    }
    let huge = mesh.send(PATH, &[JSON], &" ".repeat((1 << 20) + 1)).await;
    huge.problem(413, "MESSAGE_TOO_LARGE");
    assert_eq!(mesh.rollouts.calls("report_metrics"), 0);
}
