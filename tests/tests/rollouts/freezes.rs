//! Freezes: nothing new comes through, a rollback always does, and everything goes on afterwards.

use serde_json::{Value, json};
use vortex_tests::{Answer, Mesh, Mode, Options, Repository, ServiceName};

use crate::{
    command::vortex,
    course::{self, BAD, Course, GOOD, arm, refusal, stages},
};

crate::in_both_modes! {
    a_rollout_is_held_by_a_freeze_and_goes_on_after_it
    a_failing_canary_is_rolled_back_under_a_freeze
    a_completed_rollout_is_reverted_under_a_freeze
    a_commit_that_waits_for_a_freeze_is_rolled_out_after_it
    a_freeze_is_set_and_ended_by_the_command
}

async fn freeze(mesh: &Mesh, body: Value) -> String {
    let set = mesh.post("/api/freezes", &body).await;
    assert_eq!(set.status, 201, "{}", set.text());
    set.json()["freeze"]["id"]
        .as_str()
        .expect("an id")
        .to_owned()
}

async fn thaw(mesh: &Mesh, id: &str) {
    let path = format!("/api/freezes/{id}");
    let ended = mesh.send(mesh.request("DELETE", &path)).await;
    assert_eq!(ended.status, 200, "{}", ended.text());
}

fn of_orders() -> Value {
    json!({"apps": ["orders"], "reason": "the audit"})
}

/// Two stages that are over at once.
fn plan() -> Value {
    json!({"stages": stages(&[50.0, 100.0])})
}

impl Course {
    /// Waits until rollout-svc knows that the rollout is frozen.
    async fn held_by(&self, id: &str) {
        let why = format!("frozen: the audit ({id})");
        self.analysed(|analysis| (analysis["holds_because"] == *why).then_some(()))
            .await;
    }
}

async fn a_rollout_is_held_by_a_freeze_and_goes_on_after_it(mode: Mode) {
    let course = Course::start(mode, plan()).await;
    let confirmed = |rollout: &Value| (rollout["effect"] == "confirmed").then_some(());
    course.report_while(course::NONE, confirmed).await;
    course::stage(&course.mesh, "shipping").await;
    let created = course::create(&course.mesh, "shipping", plan()).await;
    let both = json!({"apps": ["orders", "shipping"], "reason": "the audit"});
    let id = freeze(&course.mesh, both).await;
    course.held_by(&id).await;
    let frozen = (409, "FROZEN".to_owned());
    let created = format!("/api/rollouts/{created}");
    let start = format!("{created}/start");
    let refused = course.mesh.post(&start, &json!({})).await;
    assert_eq!(refusal(&refused), frozen, "{}", refused.text());
    assert_eq!(course.mesh.get(&created).await.json()["state"], "created");
    for deed in ["promote", "complete"] {
        let refused = course.command(deed).await;
        assert_eq!(refusal(&refused), frozen, "{}", refused.text());
        assert_eq!(refused.json()["freeze"], id.as_str());
    }
    // slices pass, and nothing moves
    let closed = course.analysis().await["slices"]
        .as_array()
        .map_or(0, Vec::len);
    let enough = |analysis: &Value| {
        let slices = analysis["slices"].as_array().map_or(0, Vec::len);
        (slices > closed + 3).then_some(())
    };
    let passing = async {
        loop {
            course.report(GOOD).await;
            if enough(&course.analysis().await).is_some() {
                break;
            }
            tokio::time::sleep(vortex_tests::GLANCE).await;
        }
    };
    tokio::time::timeout(vortex_tests::PATIENCE, passing)
        .await
        .expect("slices close");
    let rollout = course.rollout().await;
    assert_eq!(
        (&rollout["state"], &rollout["stage"]["index"]),
        (&json!("running"), &json!(0)),
        "{rollout}"
    );
    // neither a start nor a release goes around it
    let release = json!({"version": "v2", "force": true, "reason": "it can't wait"});
    let released = course
        .mesh
        .post("/api/configs/orders/default/release", &release)
        .await;
    assert_eq!(refusal(&released), frozen, "{}", released.text());
    course::stage(&course.mesh, "billing").await;
    let start = json!({"app": "billing", "from_version": "v1", "to_version": "v2", "start": true});
    let started = course.mesh.post("/api/rollouts", &start).await;
    assert_eq!(started.status, 201, "{}", started.text());
    thaw(&course.mesh, &id).await;
    course.report_until(GOOD, "completed").await;
    assert_eq!(arm(&course.mesh, "orders", "anybody").await, "v2");
    course.mesh.stop();
}

async fn a_failing_canary_is_rolled_back_under_a_freeze(mode: Mode) {
    let course = Course::start(mode, plan()).await;
    let id = freeze(&course.mesh, json!({"all": true, "reason": "the audit"})).await;
    course.held_by(&id).await;
    course.report_until(BAD, "rolled_back").await;
    assert_eq!(arm(&course.mesh, "orders", "anybody").await, "v1");
    course.mesh.stop();
}

async fn a_completed_rollout_is_reverted_under_a_freeze(mode: Mode) {
    let mut course = Course::start(mode, plan()).await;
    course.report_until(GOOD, "completed").await;
    let id = freeze(&course.mesh, of_orders()).await;
    let frozen = |answer: &Answer| answer.json()["checks"].to_string().contains(&id);
    course.mesh.get_until("/health", frozen).await;
    let reverting = course.command("revert").await;
    assert_eq!(reverting.status, 201, "{}", reverting.text());
    course.id = reverting.json()["id"].as_str().expect("an id").to_owned();
    course.report_until(GOOD, "completed").await;
    assert_eq!(arm(&course.mesh, "orders", "anybody").await, "v1");
    course.mesh.stop();
}

async fn a_commit_that_waits_for_a_freeze_is_rolled_out_after_it(mode: Mode) {
    let repository = Repository::empty();
    repository.commit(&[("orders.yml", "arm: v1\n")]);
    let options = Options {
        git: Some(repository.path()),
        release: Some("rollout"),
        ..Options::default()
    };
    let mesh = Mesh::start(mode, &options);
    mesh.get_until("/orders/default", |answer| answer.status == 200)
        .await;
    let id = freeze(&mesh, of_orders()).await;
    let commit = repository.commit(&[("orders.yml", "arm: v2\n")]);
    // it waits, which is no degradation
    let waits = |answer: &Answer| {
        let health = answer.json();
        let waiting = match mode {
            Mode::One => &health["checks"]["rollout-svc/sources"]["waiting"],
            Mode::Many => &health["checks"]["sources"]["waiting"],
        };
        waiting.to_string().contains(&id) && waiting.to_string().contains(&commit)
    };
    let health = match mode {
        Mode::One => mesh.get_until("/health", waits).await,
        Mode::Many => {
            mesh.admin_until(ServiceName::Rollout, "/health", waits)
                .await
        }
    };
    assert_eq!(health.json()["degradations"], json!({}));
    assert_eq!(
        mesh.get("/api/rollouts").await.json()["rollouts"],
        json!([])
    );
    thaw(&mesh, &id).await;
    let begun = |answer: &Answer| {
        let rollout = answer.json()["rollouts"][0].clone();
        rollout["change"] == commit && rollout["effect"] == "confirmed"
    };
    mesh.get_until("/api/rollouts", begun).await;
    mesh.stop();
}

async fn a_freeze_is_set_and_ended_by_the_command(mode: Mode) {
    let mesh = Mesh::start(mode, &Options::default());
    let set = vortex(&mesh, "freeze orders billing --reason audit --until 2h").await;
    assert_eq!(set.code, 0, "{set:?}");
    assert!(set.out.starts_with("billing,orders: frozen as "), "{set:?}");
    let listed = vortex(&mesh, "freeze list --app orders -o json").await;
    let listed: Value = serde_json::from_str(&listed.out).expect("a list");
    let id = listed["freezes"][0]["id"].as_str().expect("an id");
    assert!(listed["freezes"][0]["until"].is_string(), "{listed}");
    let refused = mesh.put("/api/configs/orders/default", "n: 1\n").await;
    assert_eq!(refusal(&refused), (409, "FROZEN".to_owned()));
    let ended = vortex(&mesh, "unfreeze orders billing").await;
    assert!(
        ended.out.starts_with(&format!("ended: {id}; ")),
        "{ended:?}"
    );
    assert_eq!(ended.code, 0, "{ended:?}");
    let written = mesh.put("/api/configs/orders/default", "n: 1\n").await;
    assert_eq!(written.status, 201, "{}", written.text());
    let again = vortex(&mesh, &format!("unfreeze {id}")).await;
    assert!(
        again.code != 0 && again.err.contains("FREEZE_NOT_FOUND"),
        "{again:?}"
    );
    mesh.stop();
}
