//! A fleet so small that a small share would give nobody the canary.

use std::collections::BTreeMap;

use serde_json::json;
use vortex_proto::drift::v1::{self as pb, drift_service_client::DriftServiceClient};
use vortex_tests::{Answer, GLANCE, Mesh, Mode, Options, PATIENCE, ServiceName};

use crate::{
    in_both_modes,
    instances::{self, Instance},
};

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
    let created = mesh
        .post(
            "/api/rollouts",
            &json!({
                "app": "orders", "profile": "prod", "from_version": "v1", "to_version": "v2",
                "stages": [{"percentage": 1}, {"percentage": 2}, {"percentage": 100}],
                "min_instances": 1, "auto_promote": false, "auto_rollback": false,
            }),
        )
        .await;
    assert_eq!(created.status, 201, "{}", created.text());
    let id = created.json()["id"].as_str().unwrap().to_owned();
    let by_bucket = pods(&id);
    let names = by_bucket.values().cloned();
    let mut fleet = instances::start(&mesh, names, |_| true).await;
    standing(&mesh, FLEET, 0).await;
    complete(&mesh).await;

    command(&mesh, &id, "start").await;
    let mut lowest = by_bucket.into_iter();
    let (bucket, canary) = lowest.next().unwrap();
    raised(&mesh, &id, "raised from 1 %", bucket, FLEET).await;
    standing(&mesh, FLEET - 1, 1).await;
    assert_eq!(on_canary(&fleet), [canary]);

    // without the canary, a promotion has to reach for the next one
    fleet.remove(0).client.stop().await.unwrap();
    standing(&mesh, FLEET - 1, 0).await;
    command(&mesh, &id, "promote").await;
    let (bucket, canary) = lowest.next().unwrap();
    raised(&mesh, &id, "raised from 2 %", bucket, FLEET - 1).await;
    standing(&mesh, FLEET - 2, 1).await;
    assert_eq!(on_canary(&fleet), [canary]);
    mesh.stop();
}

/// Pods that no share of two percent includes, by their buckets under the split of a rollout.
fn pods(id: &str) -> BTreeMap<u16, String> {
    let seed = vortex_bucket::Seed::of(id);
    let mut pods = BTreeMap::new();
    for number in 0.. {
        let name = format!("pod-{number:04}");
        let bucket = seed.bucket(&name).number();
        if bucket >= 300 {
            pods.insert(bucket, name);
        }
        if pods.len() == FLEET {
            break;
        }
    }
    pods
}

/// Those that run the canary.
fn on_canary(fleet: &[Instance]) -> Vec<&str> {
    let canaries = fleet.iter().filter(|one| one.client.version() == "v2");
    canaries.map(|one| one.client.instance_id()).collect()
}

async fn command(mesh: &Mesh, id: &str, command: &str) {
    let path = format!("/api/rollouts/{id}/{command}");
    let done = mesh.post(&path, &json!({"reason": "a test"})).await;
    assert_eq!(done.status, 200, "{}", done.text());
}

/// Waits until a rollout's share is in force, raised just past this bucket.
async fn raised(mesh: &Mesh, id: &str, from: &str, bucket: u16, known: usize) {
    let confirmed = |answer: &Answer| answer.json()["effect"] == "confirmed";
    let path = format!("/api/rollouts/{id}");
    let rollout = mesh.get_until(&path, confirmed).await.json();
    let said = rollout["share_reason"].as_str().unwrap();
    let why = format!("so that 1 instance gets it: {known} are known");
    assert!(said.starts_with(from) && said.ends_with(&why), "{rollout}");
    let share = rollout["share_in_force"].as_f64().unwrap();
    let past = f64::from(bucket + 1) / 100.0;
    assert!((share - past).abs() < 1e-9, "{share} {past}");
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
