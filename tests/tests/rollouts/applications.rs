//! A change set that touches several applications, and one that comes from a repository.

use serde_json::{Value, json};
use vortex_tests::{Answer, Mesh, Mode, Options, Repository};

use crate::course::{Course, INTERVAL, stages};

crate::in_both_modes! {
    a_failure_in_one_application_is_named
    a_commit_of_three_files_is_one_rollout
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

async fn a_commit_of_three_files_is_one_rollout(mode: Mode) {
    let repository = Repository::empty();
    let files = |value: &'static str| {
        [
            ("orders.yml", value),
            ("orders-prod.yml", value),
            ("billing.yml", value),
        ]
    };
    let first = repository.commit(&files("value: 1\n"));
    let mesh = Mesh::start(
        mode,
        &Options {
            git: Some(repository.path()),
            release: Some("stage"),
            ..Options::default()
        },
    );
    let serves = |commit: String| {
        move |answer: &Answer| answer.status == 200 && answer.json()["version"] == commit
    };
    mesh.get_until("/orders/default", serves(first)).await;
    let second = repository.commit(&files("value: 2\n"));
    mesh.get_until(&format!("/api/changes/{second}"), |answer| {
        answer.status == 200
    })
    .await;
    let body = json!({"change": second, "start": true, "auto_promote": false,
        "stages": stages(&[25.0, 50.0, 100.0])});
    let created = mesh.post("/api/rollouts", &body).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let rollout = created.json();
    assert_eq!(
        rollout["paths"].as_array().map(Vec::len),
        Some(3),
        "{rollout}"
    );
    let id = rollout["id"].as_str().expect("an id").to_owned();
    let course = Course { mesh, id };
    course
        .mesh
        .get_until(&course.path(""), |answer| {
            answer.json()["effect"] == "confirmed"
        })
        .await;
    course.reads_are_whole_while_it_is_promoted().await;
    course
        .mesh
        .get_until("/orders/default", serves(second))
        .await;
    course.mesh.stop();
}

impl Course {
    /// Promotes to the end, and reads both applications at each share: nobody sees one value of
    /// the commit without the other.
    async fn reads_are_whole_while_it_is_promoted(&self) {
        loop {
            for number in 0..20 {
                let instance = format!("i-{number}");
                let values = [
                    self.value("orders", "prod", &instance).await,
                    self.value("billing", "default", &instance).await,
                ];
                let split = self
                    .mesh
                    .get(&format!("/api/splits/{}", self.id))
                    .await
                    .json();
                assert_eq!(values[0], values[1], "{instance} while {split}");
            }
            let rollout = self.rollout().await;
            if rollout["state"] == "completed" {
                return;
            }
            let promoted = self.command("promote").await;
            assert_eq!(promoted.status, 200, "{}", promoted.text());
            self.mesh
                .get_until(&self.path(""), |answer| {
                    answer.json()["effect"] == "confirmed"
                })
                .await;
        }
    }

    async fn value(&self, app: &str, profile: &str, instance: &str) -> Value {
        let path = format!("/api/effective/{app}/{profile}?instance={instance}");
        self.mesh.get(&path).await.json()["config"]["value"].take()
    }
}
