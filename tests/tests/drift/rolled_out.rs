//! A version that is rolled out, and instances that run what their arm says.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use vortex_tests::{Mesh, Mode, Options};

use crate::{
    in_both_modes,
    instances::{self, Instance, Settings},
};

const DRIFT: &str = "/api/drift/orders/prod";
const INSTANCES: usize = 40;
/// Longer than what an instance may take to follow.
const WATCHED: Duration = Duration::from_secs(9);

in_both_modes! {
    nobody_who_runs_what_its_arm_says_has_drifted
    while_subjects_are_told_apart_both_versions_are_right
    what_the_library_measures_is_all_that_a_rollout_needs
}

async fn nobody_who_runs_what_its_arm_says_has_drifted(mode: Mode) {
    let (mesh, fleet) = begin(mode).await;
    let forced = ["pod-0000", "pod-0001"];
    let id = roll_out(
        &mesh,
        json!({
            "unit": "instance", "stages": [{"percentage": 30}, {"percentage": 100}],
            "include": [forced[0]], "exclude": [forced[1]],
        }),
    )
    .await;
    watch(&mesh).await;
    let on_canary = fleet.iter().filter(|one| one.client.version() == "v2");
    let on_canary = on_canary.count();
    assert!((1..INSTANCES).contains(&on_canary), "{on_canary}");
    let states = mesh.get(DRIFT).await.json()["states"].clone();
    assert_eq!(states["canary"], on_canary, "{states}");
    assert_eq!(states["in_sync"], INSTANCES - on_canary, "{states}");
    let versions: Vec<String> = fleet[..2].iter().map(|one| one.client.version()).collect();
    assert_eq!(versions, ["v2", "v1"]);

    command(&mesh, &id, "complete").await;
    watch(&mesh).await;
    assert_eq!(mesh.get(DRIFT).await.json()["states"]["in_sync"], INSTANCES);
    mesh.stop();
}

async fn while_subjects_are_told_apart_both_versions_are_right(mode: Mode) {
    let (mesh, fleet) = begin(mode).await;
    let id = roll_out(
        &mesh,
        json!({
            "unit": "subject", "stages": [{"percentage": 50}, {"percentage": 100}],
            "include": ["tester"], "exclude": ["the bank"],
        }),
    )
    .await;
    for (subject, version) in [("tester", "v2"), ("the bank", "v1")] {
        let read = fleet[0]
            .client
            .fetch_for::<Settings>(subject)
            .await
            .unwrap();
        assert_eq!(read.version(), version, "{subject}");
    }
    let mut seen = Vec::new();
    for (number, one) in fleet.iter().enumerate() {
        let subject = format!("user-{number}");
        let read = one.client.fetch_for::<Settings>(&subject).await.unwrap();
        seen.push(read.version().to_owned());
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen, ["v1", "v2"]);
    watch(&mesh).await;
    assert_eq!(mesh.get(DRIFT).await.json()["states"]["canary"], INSTANCES);
    command(&mesh, &id, "rollback").await;
    watch(&mesh).await;
    assert_eq!(mesh.get(DRIFT).await.json()["states"]["in_sync"], INSTANCES);
    mesh.stop();
}

async fn what_the_library_measures_is_all_that_a_rollout_needs(mode: Mode) {
    let (mesh, fleet) = begin(mode).await;
    let id = roll_out(
        &mesh,
        json!({
            "stages": [{"percentage": 50}, {"percentage": 100}], "auto_promote": true,
            "thresholds": {"min_requests": 50}, "analysis": {"interval": "1s"},
        }),
    )
    .await;
    let path = format!("/api/rollouts/{id}");
    let end = Instant::now() + vortex_tests::PATIENCE;
    while mesh.get(&path).await.json()["state"] != "completed" {
        for one in &fleet {
            for _ in 0..10 {
                one.client.record_request(Duration::from_millis(12), true);
            }
        }
        if Instant::now() > end {
            let analysis = mesh.get(&format!("{path}/analysis")).await;
            panic!("{}", analysis.text());
        }
        sleep(Duration::from_millis(100)).await;
    }
    watch(&mesh).await;
    assert_eq!(mesh.get(DRIFT).await.json()["states"]["in_sync"], INSTANCES);
    mesh.stop();
}

async fn begin(mode: Mode) -> (Mesh, Vec<Instance>) {
    let mesh = Mesh::start(mode, &Options::quick());
    for (path, size) in [("version=v1", 1), ("version=v2&stage_only=true", 2)] {
        let path = format!("/api/configs/orders/prod?{path}");
        let answer = mesh.put(&path, &format!("size: {size}\n")).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    let fleet = instances::start(&mesh, instances::names(INSTANCES), |_| true).await;
    let all = |answer: &vortex_tests::Answer| answer.json()["states"]["in_sync"] == INSTANCES;
    mesh.get_until(DRIFT, all).await;
    (mesh, fleet)
}

/// Creates and starts a rollout that nothing but commands moves.
async fn roll_out(mesh: &Mesh, plan: Value) -> String {
    let mut body = json!({
        "app": "orders", "profile": "prod", "from_version": "v1", "to_version": "v2",
        "auto_promote": false, "auto_rollback": false, "start": true,
    });
    let members = plan.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(members);
    let created = mesh.post("/api/rollouts", &body).await;
    assert_eq!(created.status, 201, "{}", created.text());
    created.json()["id"].as_str().unwrap().to_owned()
}

async fn command(mesh: &Mesh, id: &str, command: &str) {
    let path = format!("/api/rollouts/{id}/{command}");
    let done = mesh.post(&path, &json!({"reason": "a test"})).await;
    assert_eq!(done.status, 200, "{}", done.text());
}

/// Looks for some time whether anybody is said to have drifted.
async fn watch(mesh: &Mesh) {
    let end = Instant::now() + WATCHED;
    while Instant::now() < end {
        let states = mesh.get(DRIFT).await.json()["states"].clone();
        for wrong in ["drifted", "unknown_version", "failed", "ahead"] {
            assert_eq!(states[wrong], 0, "{states}");
        }
        sleep(Duration::from_millis(100)).await;
    }
}
