//! Rollouts that something else overtakes: releases before the start, and by force under way.

use serde_json::json;
use vortex_tests::{Mesh, Mode, Options};

use crate::{
    command::vortex,
    course::{self, Course, arm, refusal, stages},
};

crate::in_both_modes! {
    a_hotfix_before_the_start_is_named_and_stays
    force_gives_everybody_what_is_stable_now
    who_waits_hears_of_a_forced_release_at_once
    a_version_that_was_rolled_back_comes_back_by_force_alone
}

const RELEASE: &str = "/api/configs/orders/default/release";

async fn a_hotfix_before_the_start_is_named_and_stays(mode: Mode) {
    let mesh = Mesh::start(mode, &Options::default());
    course::stage(&mesh, "orders").await;
    let id = course::create(&mesh, "orders", json!({"stages": stages(&[50.0, 100.0])})).await;
    let hotfix = mesh
        .put("/api/configs/orders/default?version=h1", "arm: h1\n")
        .await;
    assert_eq!(hotfix.status, 201, "{}", hotfix.text());
    let course = Course { mesh, id };
    let refused = course.command("start").await;
    assert_eq!(refusal(&refused), (412, "BASELINE_MOVED".to_owned()));
    assert_eq!(refused.json()["stable"], "h1", "{}", refused.text());
    assert_eq!(course.rollout().await["state"], "created");
    assert_eq!(arm(&course.mesh, "orders", "anybody").await, "h1");
    assert_eq!(
        course.mesh.get("/api/splits").await.json()["splits"],
        json!([])
    );
    course.mesh.stop();
}

async fn force_gives_everybody_what_is_stable_now(mode: Mode) {
    let plan = json!({"stages": stages(&[50.0, 100.0]), "auto_promote": false});
    let course = Course::start(mode, plan).await;
    let mesh = &course.mesh;
    let mut seen = std::collections::BTreeSet::new();
    for number in 0..40 {
        seen.insert(arm(mesh, "orders", &format!("i-{number}")).await);
    }
    assert_eq!(seen.len(), 2, "{seen:?}");
    let forced = mesh
        .post(RELEASE, &json!({"version": "v1", "force": true}))
        .await;
    assert_eq!(
        (forced.status, &forced.json()["moved"]),
        (200, &json!(true))
    );
    for number in 0..40 {
        assert_eq!(arm(mesh, "orders", &format!("i-{number}")).await, "v1");
    }
    let ended = mesh
        .get_until(&course.path(""), |answer| {
            answer.json()["state"] == "rolled_back"
        })
        .await
        .json();
    assert_eq!(ended["share_in_force"], 0.0, "{ended}");
    let next = json!({"app": "orders", "from_version": "v1", "to_version": "v2", "start": true});
    let next = mesh.post("/api/rollouts", &next).await;
    assert_eq!(next.status, 201, "the first held it: {}", next.text());
    course.mesh.stop();
}

async fn who_waits_hears_of_a_forced_release_at_once(mode: Mode) {
    let mesh = Mesh::start(mode, &Options::default());
    course::stage(&mesh, "orders").await;
    let create = "rollout create orders --from v1 --to v2 --stage 50% --stage 100% \
                  --no-auto-promote --start --wait --timeout 50s";
    let force = async {
        let begun =
            |answer: &vortex_tests::Answer| answer.json()["rollouts"][0]["effect"] == "confirmed";
        mesh.get_until("/api/rollouts", begun).await;
        let force = "config release orders --version v1 --force --reason down";
        vortex(&mesh, force).await
    };
    let (waited, forced) = tokio::join!(vortex(&mesh, create), force);
    assert_eq!(forced.code, 0, "{forced:?}");
    assert!(forced.out.contains("v1"), "{forced:?}");
    assert!(forced.err.contains("has ended: v2"), "{forced:?}");
    assert_eq!(waited.code, 8, "{waited:?}");
    assert!(
        waited.err.contains("v1 was released by force: down"),
        "{waited:?}"
    );
    mesh.stop();
}

async fn a_version_that_was_rolled_back_comes_back_by_force_alone(mode: Mode) {
    let plan = json!({"stages": stages(&[50.0, 100.0]), "auto_promote": false});
    let course = Course::start(mode, plan).await;
    assert_eq!(course.command("rollback").await.status, 200);
    let mesh = &course.mesh;
    let versions = mesh
        .get_until("/api/configs/orders/default/versions", |answer| {
            answer.json()["versions"][0]["state"] == "rolled_back"
        })
        .await
        .json();
    assert_eq!(versions["versions"][0]["rolled_back_by"], json!(course.id));
    let rolled_back = (409, "VERSION_ROLLED_BACK".to_owned());
    let release = |force, reason: &str| json!({"version": "v2", "force": force, "reason": reason});
    for unwanted in [release(false, ""), release(true, ""), release(false, "why")] {
        let refused = mesh.post(RELEASE, &unwanted).await;
        assert_eq!(refusal(&refused), rolled_back, "{}", refused.text());
    }
    let again = json!({"app": "orders", "from_version": "v1", "to_version": "v2"});
    let refused = mesh.post("/api/rollouts", &again).await;
    assert_eq!(refusal(&refused), rolled_back, "{}", refused.text());
    let forced = mesh
        .post(RELEASE, &release(true, "it was the database"))
        .await;
    assert_eq!(forced.status, 200, "{}", forced.text());
    assert_eq!(arm(mesh, "orders", "anybody").await, "v2");
    course.mesh.stop();
}
