//! A version that breaks the instances which get it.

use serde_json::{Value, json};
use vortex_tests::{Answer, Mesh, Mode, Options};

use crate::in_both_modes;

const STABLE: usize = 8;

in_both_modes! {
    a_canary_whose_instances_crash_at_the_start_is_rolled_back_without_any_request
}

async fn a_canary_whose_instances_crash_at_the_start_is_rolled_back_without_any_request(
    mode: Mode,
) {
    let options = Options {
        quick: true,
        ..Options::default()
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
                "stages": [{"percentage": 1, "min_duration": "1h"}, {"percentage": 100}], "include": ["canary"],
                "analysis": {"interval": "1s"}, "start": true,
            }),
        )
        .await;
    assert_eq!(created.status, 201, "{}", created.text());
    let id = created.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/rollouts/{id}");
    for boot in 1_u64.. {
        let reports: Vec<Value> = (0..STABLE)
            .map(|number| report(&format!("stable-{number}"), "v1", 1, boot))
            // it starts again each time, and gets no further
            .chain([report("canary", "v2", boot, 1)])
            .collect();
        let answer = mesh.post("/api/heartbeats", &Value::from(reports)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        if is_rolled_back(&mesh.get(&path).await) {
            break;
        }
        assert!(boot < 120, "{}", mesh.get(&path).await.text());
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    let audit = mesh.get(&format!("{path}/audit")).await.text();
    assert!(audit.contains("instances"), "{audit}");
    mesh.stop();
}

fn report(instance: &str, version: &str, boot: u64, sequence: u64) -> Value {
    json!({
        "app": "orders", "profile": "prod", "instance_id": instance, "version": version,
        "boot_id": boot, "sequence": sequence,
    })
}

fn is_rolled_back(rollout: &Answer) -> bool {
    rollout.json()["state"] == "rolled_back"
}
