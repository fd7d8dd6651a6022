//! Drift over REST: fleets, instances, and asking them to fetch their version again.

mod alerts;

use serde_json::{Value, json};
use vortex_kit::error::{Fault, Reason};
use vortex_proto::{
    config::v1::{Arm, Assignment, SplitUnit},
    drift::v1::*,
    heartbeat::v1::{Fleet, InstanceMetadata, InstanceStatus, RefusedVersion},
};

use crate::{
    client::Answer,
    mesh::{Mesh, start},
};

const JSON: &str = "Content-Type: application/json";

async fn post(mesh: &Mesh, path: &str, body: &Value) -> Answer {
    let line = format!("POST {path}");
    mesh.send(&line, &[JSON], &body.to_string()).await
}

fn fleet() -> Option<Fleet> {
    Some(Fleet {
        app: "orders".into(),
        profiles: vec!["eu".into(), "prod".into()],
        label: "main".into(),
    })
}

fn at(seconds: i64) -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp { seconds, nanos: 0 })
}

const NOW: i64 = 1_000_000_000;
const NOW_JSON: &str = "2001-09-09T01:46:40Z";

fn assignment() -> Assignment {
    Assignment {
        split: "r-1".into(),
        change: "v2".into(),
        generation: 3,
        arm: Arm::Canary.into(),
        unit: SplitUnit::Instance.into(),
        forced: false,
    }
}

fn assignment_json() -> Value {
    json!({"split": "r-1", "change": "v2", "generation": 3, "arm": "canary", "unit": "instance",
        "forced": false})
}

fn stands() -> FleetDrift {
    let count = |state: DriftState, instances| StateCount {
        state: state.into(),
        instances,
    };
    FleetDrift {
        fleet: fleet(),
        total: 1_000,
        states: vec![
            count(DriftState::InSync, 890),
            count(DriftState::Canary, 57),
            count(DriftState::Drifted, 52),
            count(DriftState::Failed, 1),
        ],
        drift_ratio: 0.053,
        expected: vec![ExpectedVersion {
            version: "v2".into(),
            assignments: vec![assignment()],
            percentage: 5.0,
        }],
        versions: vec![VersionCount {
            version: "v1".into(),
            state: DriftState::InSync.into(),
            instances: 890,
        }],
        alert: "a1".into(),
        silenced_until: at(NOW),
        expiry_suspended: true,
    }
}

fn stands_json() -> Value {
    json!({"app": "orders", "profile": "eu,prod", "label": "main", "total": 1000,
        "states": {"in_sync": 890, "canary": 57, "pending": 0, "drifted": 52, "failed": 1,
            "unknown_version": 0, "ahead": 0, "stale": 0},
        "drift_ratio": 0.053, "alerting": true, "alert": "a1", "silenced_until": NOW_JSON,
        "expiry_suspended": true})
}

fn instance() -> Instance {
    Instance {
        fleet: fleet(),
        instance_id: "i/1".into(),
        state: DriftState::Failed.into(),
        since: at(NOW),
        version: "v1".into(),
        expected_version: "v2".into(),
        assignments: vec![assignment()],
        status: InstanceStatus::Unhealthy.into(),
        refused: Some(RefusedVersion {
            version: "v2".into(),
            error: "no such pool".into(),
        }),
        last_seen: at(NOW),
        boot_id: 7,
        metadata: Some(InstanceMetadata {
            host: "h".into(),
            ..InstanceMetadata::default()
        }),
        shared_id: true,
    }
}

fn instance_json() -> Value {
    json!({"app": "orders", "profile": "eu,prod", "label": "main", "instance_id": "i/1",
        "state": "failed", "since": NOW_JSON, "version": "v1", "expected_version": "v2",
        "assignments": [assignment_json()], "status": "unhealthy",
        "refused": {"version": "v2", "error": "no such pool"}, "last_seen": NOW_JSON,
        "boot_id": 7,
        "metadata": {"host": "h", "namespace": "", "zone": "", "app_version": ""},
        "shared_id": true})
}

fn instances(mesh: &Mesh) {
    let reply = ListInstancesResponse {
        instances: vec![instance()],
        next_page_token: "next".into(),
    };
    mesh.drift.reply("list_instances", reply);
}

#[tokio::test]
async fn a_fleet_is_told_with_what_it_should_run_and_who_does_not() {
    let mesh = start().await;
    let reply = GetDriftResponse {
        drift: Some(stands()),
    };
    mesh.drift.reply("get_drift", reply);
    instances(&mesh);
    let path = "/api/drift/orders/eu,prod?label=main&page_size=1&page_token=t";
    let answer = mesh.get(path).await.json();
    let mut expected = stands_json();
    let more = json!({
        "expected": [{"version": "v2", "arms": [assignment_json()], "share": 5.0}],
        "versions": [{"version": "v1", "state": "in_sync", "instances": 890}],
        "drifted": [{"instance_id": "i/1", "state": "failed", "version": "v1",
            "expected_version": "v2", "since": NOW_JSON, "last_seen": NOW_JSON,
            "error": "no such pool"}],
        "next_page_token": "next"});
    let members = expected.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    assert_eq!(answer, expected);
    let asked: GetDriftRequest = mesh.drift.asked("get_drift");
    assert_eq!(asked.fleet, fleet());
    let asked: ListInstancesRequest = mesh.drift.asked("list_instances");
    let states = [
        DriftState::Drifted,
        DriftState::Failed,
        DriftState::UnknownVersion,
    ];
    let expected = ListInstancesRequest {
        fleet: fleet(),
        states: states.map(i32::from).to_vec(),
        version: String::new(),
        page_size: 1,
        page_token: "t".into(),
    };
    assert_eq!(asked, expected);
}

#[tokio::test]
async fn fleets_are_listed() {
    let mesh = start().await;
    let reply = ListDriftResponse {
        fleets: vec![stands(), FleetDrift::default()],
        next_page_token: "next".into(),
    };
    mesh.drift.reply("list_drift", reply);
    let path = "/api/drift?app=orders&alerting=true&page_size=2&page_token=t";
    let answer = mesh.get(path).await.json();
    assert_eq!(answer["next_page_token"], "next");
    assert_eq!(answer["fleets"][0], stands_json());
    assert_eq!(answer["fleets"][1]["alerting"], false);
    assert_eq!(answer["fleets"][1]["silenced_until"], Value::Null);
    let asked: ListDriftRequest = mesh.drift.asked("list_drift");
    let expected = ListDriftRequest {
        app: "orders".into(),
        alerting: true,
        page_size: 2,
        page_token: "t".into(),
    };
    assert_eq!(asked, expected);
}

#[tokio::test]
async fn instances_are_listed_of_all_fleets_and_of_one() {
    let mesh = start().await;
    instances(&mesh);
    let query = "state=failed,in_sync&version=v1&page_size=2&page_token=t";
    let mut expected = ListInstancesRequest {
        fleet: None,
        states: vec![DriftState::Failed.into(), DriftState::InSync.into()],
        version: "v1".into(),
        page_size: 2,
        page_token: "t".into(),
    };
    let answer = mesh.get(&format!("/api/instances?{query}")).await.json();
    let page = json!({"instances": [instance_json()], "next_page_token": "next"});
    assert_eq!(answer, page);
    let asked: ListInstancesRequest = mesh.drift.asked("list_instances");
    assert_eq!(asked, expected);
    let path = format!("/api/instances/orders/eu,prod?label=main&{query}");
    assert_eq!(mesh.get(&path).await.json(), page);
    expected.fleet = fleet();
    let asked: ListInstancesRequest = mesh.drift.asked("list_instances");
    assert_eq!(asked, expected);
    let answer = mesh.get("/api/instances?state=failed,lost").await;
    let problem = answer.problem(400, "INVALID_ARGUMENT");
    assert_eq!(problem["errors"][0]["field"], "state");
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("unknown_version")
    );
}

#[tokio::test]
async fn an_instance_is_read_whatever_its_id_is_made_of() {
    let mesh = start().await;
    let reply = GetInstanceResponse {
        instance: Some(instance()),
    };
    mesh.drift.reply("get_instance", reply);
    let path = "/api/instances/orders/eu,prod/i%2F1?label=main";
    assert_eq!(mesh.get(path).await.json(), instance_json());
    let asked: GetInstanceRequest = mesh.drift.asked("get_instance");
    assert_eq!((asked.fleet, &*asked.instance_id), (fleet(), "i/1"));
}

#[tokio::test]
async fn instances_are_asked_to_fetch_again_all_of_them_or_some() {
    let mesh = start().await;
    let reply = RemediateResponse {
        asked: 50,
        asked_before: 2,
        skipped: 1,
    };
    mesh.drift.reply("remediate", reply);
    let path = "/api/drift/orders/eu,prod/remediate?label=main";
    let told = json!({"asked": 50, "asked_before": 2, "skipped": 1});
    assert_eq!(post(&mesh, path, &json!({})).await.json(), told);
    let asked: RemediateRequest = mesh.drift.asked("remediate");
    assert_eq!((asked.fleet, asked.instance_ids.len()), (fleet(), 0));
    let some = json!({"instances": ["i-1", "i-2"]});
    assert_eq!(post(&mesh, path, &some).await.json(), told);
    let asked: RemediateRequest = mesh.drift.asked("remediate");
    assert_eq!(asked.instance_ids, ["i-1", "i-2"]);
    // a list that turned out empty, a misspelt member and no body do not mean everybody
    for body in [r#"{"instances":[]}"#, r#"{"instance":["i-1"]}"#, ""] {
        let line = format!("POST {path}");
        let answer = mesh.send(&line, &[JSON], body).await;
        answer.problem(400, "INVALID_ARGUMENT");
    }
    assert_eq!(mesh.drift.calls("remediate"), 2);
}

#[tokio::test]
async fn what_the_service_refuses_is_passed_on() {
    let mesh = start().await;
    let missing = Fault::new(Reason::NotFound, "there is no instance i-1");
    mesh.drift.fail("get_instance", missing);
    let answer = mesh.get("/api/instances/orders/prod/i-1").await;
    answer.problem(404, "NOT_FOUND");
    let away = Fault::new(Reason::Unavailable, "it restarts");
    mesh.drift.fail("get_drift", away);
    instances(&mesh);
    let answer = mesh.get("/api/drift/orders/prod").await;
    answer.problem(503, "UNAVAILABLE");
}
