//! A change set that touches several applications.

use serde_json::json;
use vortex_tests::{Mesh, Mode, Options};

use crate::course::{Course, INTERVAL, stages};

crate::in_both_modes! {
    a_failure_in_one_application_is_named
}

async fn a_failure_in_one_application_is_named(mode: Mode) {
    let mesh = Mesh::start(mode, &Options::default());
    let documents = |value: u32| {
        let paths = ["orders.yml", "billing.yml"].iter();
        paths
            .map(|path| json!({"path": path, "content": format!("value: {value}\n")}))
            .collect::<Vec<_>>()
    };
    let written = mesh
        .post(
            "/api/changes",
            &json!({"version": "r1", "documents": documents(1)}),
        )
        .await;
    assert_eq!(written.status, 201, "{}", written.text());
    let staged = json!({"version": "r2", "stage_only": true, "documents": documents(2)});
    assert_eq!(mesh.post("/api/changes", &staged).await.status, 201);
    let body = json!({"change": "r2", "start": true, "apps": ["orders", "billing"],
        "stages": stages(&[50.0, 100.0]), "analysis": {"interval": INTERVAL}});
    let created = mesh.post("/api/rollouts", &body).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let id = created.json()["id"].as_str().expect("an id").to_owned();
    let course = Course { mesh, id };
    let reports = json!([
        {"arm": "stable", "app": "orders", "requests": 400, "errors": 2},
        {"arm": "canary", "app": "orders", "requests": 400, "errors": 2},
        {"arm": "stable", "app": "billing", "requests": 400, "errors": 2},
        {"arm": "canary", "app": "billing", "requests": 400, "errors": 32},
    ]);
    let reporting = async {
        loop {
            let rollout = course.rollout().await;
            if rollout["state"] == "rolled_back" {
                return rollout;
            }
            course.mesh.post(&course.path("/metrics"), &reports).await;
            tokio::time::sleep(vortex_tests::GLANCE).await;
        }
    };
    let rolled_back = tokio::time::timeout(vortex_tests::PATIENCE, reporting).await;
    let rolled_back = rolled_back.expect("it rolls back");
    let reason = rolled_back["reason"].as_str().expect("a reason");
    assert!(
        reason.contains("billing") && !reason.contains("orders"),
        "{reason}"
    );
    course.mesh.stop();
}
