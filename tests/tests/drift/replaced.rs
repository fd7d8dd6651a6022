//! A healthy canary whose pods are replaced.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use vortex_tests::{Answer, GLANCE, Mesh, Mode, Options};

use crate::instances::{self, Instance};

const DRIFT: &str = "/api/drift/orders/prod";
const FLEET: usize = 20;
/// Longer than what it takes until those who were killed are missed, and until they are forgotten.
const WATCHED: Duration = Duration::from_secs(8);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replacing_every_pod_of_a_healthy_canary_rolls_nothing_back() {
    let options = Options {
        settings: vec![(vortex_tests::ServiceName::Drift, "ttl", "3s")],
        ..Options::quick()
    };
    let mesh = Mesh::start(Mode::Many, &options);
    for (path, size) in [("version=v1", 1), ("version=v2&stage_only=true", 2)] {
        let path = format!("/api/configs/orders/prod?{path}");
        let answer = mesh.put(&path, &format!("size: {size}\n")).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    let mut fleet = start(&mesh, "first").await;
    standing(&mesh, |_| true).await;
    let id = roll_out(&mesh).await;
    let canaries = on_canary(&mesh, "first").await;
    assert!((1..FLEET as u64).contains(&canaries), "{canaries}");

    // in order, one by one: each says that it stops
    let others = start(&mesh, "second").await;
    for one in std::mem::replace(&mut fleet, others) {
        one.client.stop().await.unwrap();
    }
    on_canary(&mesh, "second").await;
    watch(&mesh, &id).await;

    // killed, all at once: they fall silent
    drop(std::mem::replace(&mut fleet, start(&mesh, "third").await));
    watch(&mesh, &id).await;
    on_canary(&mesh, "third").await;
    let judged = mesh
        .get(&format!("/api/rollouts/{id}/analysis"))
        .await
        .json();
    let gates = judged["slices"].as_array().unwrap().iter();
    let mut gates = gates.flat_map(|slice| slice["gates"].as_array().unwrap());
    let passed = |gate: &Value| gate["gate"] == "instances" && gate["verdict"] == "pass";
    assert!(gates.any(passed), "{judged}");
    drop(fleet);
    mesh.stop();
}

/// Twenty pods, whose ids nobody has had before.
async fn start(mesh: &Mesh, name: &str) -> Vec<Instance> {
    let names = (0..FLEET).map(|number| format!("{name}-{number}"));
    instances::start(mesh, names, |_| true).await
}

async fn roll_out(mesh: &Mesh) -> String {
    let created = mesh
        .post(
            "/api/rollouts",
            &json!({
                "app": "orders", "profile": "prod", "from_version": "v1", "to_version": "v2",
                "stages": [{"percentage": 30, "min_duration": "1h"}, {"percentage": 100}],
                "include": ["first-0", "second-0", "third-0"],
                "analysis": {"interval": "500ms"}, "start": true,
            }),
        )
        .await;
    assert_eq!(created.status, 201, "{}", created.text());
    created.json()["id"].as_str().unwrap().to_owned()
}

/// Waits until all that are known are of that name, and run what their arm says; answers how many
/// run the canary.
async fn on_canary(mesh: &Mesh, name: &str) -> u64 {
    let path = "/api/instances/orders/prod";
    mesh.get_until(path, |answer| {
        let listed = answer.json();
        let mut ids = listed["instances"].as_array().unwrap().iter();
        ids.len() == FLEET && ids.all(|one| one["instance_id"].as_str().unwrap().starts_with(name))
    })
    .await;
    standing(mesh, |states| states["canary"] != 0).await;
    let states = mesh.get(DRIFT).await.json()["states"].clone();
    states["canary"].as_u64().unwrap()
}

/// Waits until exactly one fleet is known, and all of it runs what it should.
async fn standing(mesh: &Mesh, holds: impl Fn(&Value) -> bool) {
    mesh.get_until(DRIFT, |answer: &Answer| {
        let standing = answer.json();
        let states = &standing["states"];
        let right = states["in_sync"].as_u64().unwrap() + states["canary"].as_u64().unwrap();
        standing["total"] == FLEET && right == FLEET as u64 && holds(states)
    })
    .await;
}

/// Looks for some time whether the rollout still runs.
async fn watch(mesh: &Mesh, id: &str) {
    let end = Instant::now() + WATCHED;
    while Instant::now() < end {
        let state = mesh.get(&format!("/api/rollouts/{id}")).await.json()["state"].clone();
        if state != "running" && state != "paused" {
            let analysis = mesh.get(&format!("/api/rollouts/{id}/analysis")).await;
            panic!("{state}: {}", analysis.text());
        }
        sleep(GLANCE).await;
    }
}
