//! Rollouts that a Prometheus judges.

use serde_json::json;
use vortex_service::ServiceName;
use vortex_tests::Answer;

use crate::{
    prometheus,
    scene::{Scene, query, roll_out, until},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_good_version_is_promoted_by_what_prometheus_says() {
    if prometheus::is_missing() {
        return;
    }
    let scene = Scene::start(0).await;
    let id = roll_out(&scene.mesh, query()).await;
    let ended = until(&scene.mesh, &id, "completed").await;
    assert_eq!(ended["queries"][0]["name"], "rate");
    let path = format!("/api/rollouts/{id}/audit");
    let audit = scene.mesh.get(&path).await.json();
    let entries = audit["entries"].as_array().unwrap();
    let promoted = entries.iter().find(|entry| entry["action"] == "promote");
    let evidence = promoted.unwrap()["evidence"].as_array().unwrap();
    let gate = evidence
        .iter()
        .find(|gate| gate["gate"] == "query")
        .unwrap();
    assert_eq!(gate["gate"], "query", "{gate}");
    assert_eq!(gate["verdict"], "pass", "{gate}");
    assert_eq!(
        (&gate["canary"], &gate["stable"]),
        (&json!(0.0), &json!(0.0))
    );
    scene.mesh.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_version_is_rolled_back_by_what_prometheus_says() {
    if prometheus::is_missing() {
        return;
    }
    let scene = Scene::start(2).await;
    let id = roll_out(&scene.mesh, query()).await;
    let ended = until(&scene.mesh, &id, "rolled_back").await;
    let why = ended["reason"].as_str().unwrap();
    assert!(why.contains("query rate: 0."), "{why}");
    assert!(why.contains("in orders, above 0."), "{why}");
    scene.mesh.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_prometheus_that_dies_pauses_what_it_judges_until_it_is_back() {
    if prometheus::is_missing() {
        return;
    }
    let mut scene = Scene::start(0).await;
    let mut plan = query();
    plan["stages"] = json!([{"percentage": 50, "min_duration": "4s"}, {"percentage": 100}]);
    let id = roll_out(&scene.mesh, plan).await;
    scene.prometheus.end();
    let paused = until(&scene.mesh, &id, "paused").await;
    let why = paused["reason"].as_str().unwrap();
    assert!(why.contains("it has not answered since "), "{why}");
    let is_degraded = |answer: &Answer| {
        let told = answer.json()["degradations"]["provider main"].clone();
        told.as_str()
            .is_some_and(|told| told.contains("has not answered since"))
    };
    scene
        .mesh
        .admin_until(ServiceName::Rollout, "/health", is_degraded)
        .await;
    scene.prometheus.start_again().await;
    let path = format!("/api/rollouts/{id}/resume");
    let resumed = scene
        .mesh
        .post(&path, &json!({"reason": "it is back"}))
        .await;
    assert_eq!(resumed.status, 200, "{}", resumed.text());
    until(&scene.mesh, &id, "completed").await;
    let is_well = |answer: &Answer| answer.json()["degradations"]["provider main"].is_null();
    scene
        .mesh
        .admin_until(ServiceName::Rollout, "/health", is_well)
        .await;
    scene.mesh.stop();
}
