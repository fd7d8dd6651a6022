//! A fleet so small that a small share would give nobody the canary.

use serde_json::{Value, json};
use vortex_proto::drift::v1::{self as pb, drift_service_client::DriftServiceClient};
use vortex_tests::{Answer, GLANCE, Mesh, Mode, Options, PATIENCE, ServiceName};

use crate::{in_both_modes, instances};

const DRIFT: &str = "/api/drift/orders/prod";
const FLEET: usize = 5;

in_both_modes! {
    five_instances_get_exactly_one_canary_at_one_percent
}

async fn five_instances_get_exactly_one_canary_at_one_percent(mode: Mode) {
    let options = Options {
        // after so long drift-svc knows all that report
        settings: vec![(ServiceName::Drift, "ttl", "3s")],
        ..Options::quick()
    };
    let mesh = Mesh::start(mode, &options);
    for (path, size) in [("version=v1", 1), ("version=v2&stage_only=true", 2)] {
        let path = format!("/api/configs/orders/prod?{path}");
        let answer = mesh.put(&path, &format!("size: {size}\n")).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    let mut fleet = instances::start(&mesh, instances::names(FLEET), |_| true).await;
    standing(&mesh, FLEET, 0).await;
    complete(&mesh).await;

    let created = mesh
        .post(
            "/api/rollouts",
            &json!({
                "app": "orders", "profile": "prod", "from_version": "v1", "to_version": "v2",
                "stages": [{"percentage": 1}, {"percentage": 2}, {"percentage": 100}],
                "min_instances": 1, "auto_promote": false, "auto_rollback": false, "start": true,
            }),
        )
        .await;
    assert_eq!(created.status, 201, "{}", created.text());
    let id = created.json()["id"].as_str().unwrap().to_owned();
    let share = raised(&created.json(), "raised from 1 %", FLEET);
    standing(&mesh, FLEET - 1, 1).await;

    // without the canary, a promotion has to reach for the next one
    let is_canary = |one: &instances::Instance| one.client.version() == "v2";
    let canary = fleet.iter().position(is_canary).unwrap();
    fleet.remove(canary).client.stop().await.unwrap();
    standing(&mesh, FLEET - 1, 0).await;
    let path = format!("/api/rollouts/{id}/promote");
    let promoted = mesh.post(&path, &json!({"reason": "a test"})).await;
    assert_eq!(promoted.status, 200, "{}", promoted.text());
    let confirmed = |answer: &Answer| answer.json()["effect"] == "confirmed";
    let rollout = mesh
        .get_until(&format!("/api/rollouts/{id}"), confirmed)
        .await;
    assert!(raised(&rollout.json(), "raised from 2 %", FLEET - 1) > share);
    standing(&mesh, FLEET - 2, 1).await;
    assert_eq!(fleet.iter().filter(|one| is_canary(one)).count(), 1);
    mesh.stop();
}

/// The share that a rollout has, raised for one instance.
fn raised(rollout: &Value, from: &str, known: usize) -> f64 {
    let said = rollout["share_reason"].as_str().unwrap();
    let why = format!("so that 1 instance gets it: {known} are known");
    assert!(said.starts_with(from) && said.ends_with(&why), "{said}");
    rollout["share_in_force"].as_f64().unwrap()
}

/// Waits until exactly so many run stable, and the canary.
async fn standing(mesh: &Mesh, in_sync: usize, canary: usize) {
    mesh.get_until(DRIFT, |answer: &Answer| {
        let standing = answer.json();
        let states = &standing["states"];
        states["in_sync"] == in_sync
            && states["canary"] == canary
            && standing["total"] == in_sync + canary
    })
    .await;
}

/// Waits until drift-svc says that it knows all instances.
async fn complete(mesh: &Mesh) {
    let drift = mesh.services[ServiceName::Drift].channel();
    let mut drift = DriftServiceClient::new(drift);
    let request = pb::LowestBucketsRequest {
        split: "any".to_owned(),
        label: "main".to_owned(),
        count: 1,
        ..Default::default()
    };
    let wait = async {
        while !drift
            .lowest_buckets(request.clone())
            .await
            .unwrap()
            .into_inner()
            .complete
        {
            tokio::time::sleep(GLANCE).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.unwrap();
}
