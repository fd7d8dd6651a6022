//! Requests that are refused with a clear error and change nothing.

use serde_json::{Value, json};
use vortex_tests::{Answer, Mesh, Mode, Options};

use crate::course::{self, Course, merge, refusal, stages};

crate::in_both_modes! {
    what_can_be_no_rollout_is_refused
    stages_and_limits_that_make_no_sense_are_refused
    a_configuration_is_split_three_times_at_most
    commands_in_the_wrong_state_are_refused
    figures_that_can_not_be_are_refused
}

#[track_caller]
fn is(answer: &Answer, status: u16, code: &str) {
    assert_eq!(
        refusal(answer),
        (status, code.to_owned()),
        "{}",
        answer.text()
    );
    let detail = answer.json()["detail"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert!(!detail.is_empty(), "{}", answer.text());
}

/// Posts what must be refused, and sees that no rollout came of it.
async fn refused(mesh: &Mesh, body: &Value, status: u16, code: &str) {
    let answer = mesh.post("/api/rollouts", body).await;
    is(&answer, status, code);
    assert_eq!(mesh.get("/api/splits").await.json()["splits"], json!([]));
}

async fn rollouts(mesh: &Mesh) -> usize {
    let list = mesh.get("/api/rollouts").await.json();
    list["rollouts"].as_array().expect("rollouts").len()
}

async fn what_can_be_no_rollout_is_refused(mode: Mode) {
    let mesh = Mesh::start(mode, &Options::default());
    let config = "/api/configs/orders/default";
    for (version, more) in [("v1", ""), ("v2", ""), ("v3", "&stage_only=true")] {
        let written = mesh
            .put(
                &format!("{config}?version={version}{more}"),
                &format!("arm: {version}\n"),
            )
            .await;
        assert_eq!(written.status, 201, "{}", written.text());
    }
    mesh.put(
        "/api/configs/new/default?version=n1&stage_only=true",
        "a: 1\n",
    )
    .await;
    let of =
        |from: &str, to: &str| json!({"app": "orders", "from_version": from, "to_version": to});
    refused(&mesh, &of("v2", "v2"), 409, "VERSION_IS_BASELINE").await;
    refused(&mesh, &of("v2", "v9"), 404, "VERSION_NOT_FOUND").await;
    refused(&mesh, &of("v2", "v1"), 409, "CHANGE_NOT_STAGED").await;
    refused(&mesh, &of("v1", "v3"), 412, "PRECONDITION_FAILED").await;
    let mut elsewhere = of("v2", "v3");
    merge(&mut elsewhere, json!({"app": "nothing"}));
    refused(&mesh, &elsewhere, 404, "DOCUMENT_NOT_FOUND").await;
    refused(
        &mesh,
        &json!({"change": "nothing"}),
        404,
        "CHANGE_NOT_FOUND",
    )
    .await;
    refused(&mesh, &json!({"change": "n1"}), 409, "NO_BASELINE").await;
    refused(&mesh, &json!({}), 400, "INVALID_ARGUMENT").await;
    refused(
        &mesh,
        &json!({"change": "v3", "app": "orders"}),
        400,
        "INVALID_ARGUMENT",
    )
    .await;
    assert_eq!(rollouts(&mesh).await, 0);

    let first = mesh.post("/api/rollouts", &of("v2", "v3")).await;
    assert_eq!(first.status, 201, "{}", first.text());
    let second = mesh.post("/api/rollouts", &of("v2", "v3")).await;
    is(&second, 409, "ROLLOUT_CONFLICT");
    let id = first.json()["id"].as_str().expect("an id").to_owned();
    assert!(second.text().contains(&id), "{}", second.text());
    assert_eq!(rollouts(&mesh).await, 1);
    mesh.stop();
}

async fn stages_and_limits_that_make_no_sense_are_refused(mode: Mode) {
    let mesh = Mesh::start(mode, &Options::default());
    course::stage(&mesh, "orders").await;
    let lasting = |time: &str| json!({"stages": [{"percentage": 100, "min_duration": time}]});
    let many: Vec<_> = (1..=21)
        .map(|share| f64::from(share) * 100.0 / 21.0)
        .collect();
    let nonsense = [
        json!({"stages": stages(&[50.0, 25.0, 100.0])}),
        json!({"stages": stages(&[50.0, 50.0, 100.0])}),
        json!({"stages": stages(&[50.0, 101.0])}),
        json!({"stages": stages(&[0.0, 100.0])}),
        json!({"stages": stages(&[-5.0, 100.0])}),
        json!({"stages": stages(&[50.0])}),
        json!({"stages": stages(&[0.001, 100.0])}),
        json!({"stages": stages(&many)}),
        json!({"strategy": "custom", "stages": []}),
        json!({"strategy": "custom"}),
        json!({"strategy": "aggressive", "stages": stages(&[100.0])}),
        json!({"strategy": "bold"}),
        json!({"unit": "person"}),
        lasting("-5s"),
        lasting("8days"),
        lasting("soon"),
        json!({"stages": [{"percentage": 100, "gates": ["guess"]}]}),
        json!({"gates": [{"name": "guess"}]}),
        json!({"analysis": {"interval": "99ms"}}),
        json!({"analysis": {"interval": "61m"}}),
        json!({"analysis": {"interval": "0s"}}),
        json!({"analysis": {"consecutive_failures": 0}}),
        json!({"analysis": {"max_failures": -1}}),
        json!({"analysis": {"no_data_limit": 0}}),
        json!({"thresholds": {"min_success_rate": 1.5}}),
        json!({"thresholds": {"max_error_rate": -0.1}}),
        json!({"thresholds": {"max_error_rate": "NaN"}}),
        json!({"thresholds": {"max_latency_ratio": 0}}),
        json!({"thresholds": {"min_requests": 0}}),
        json!({"description": "x".repeat(4097)}),
        json!({"request_id": "x".repeat(129)}),
    ];
    for plan in nonsense {
        let mut body = json!({"app": "orders", "from_version": "v1", "to_version": "v2"});
        merge(&mut body, plan);
        refused(&mesh, &body, 400, "INVALID_ARGUMENT").await;
    }
    assert_eq!(rollouts(&mesh).await, 0);
    mesh.stop();
}

async fn a_configuration_is_split_three_times_at_most(mode: Mode) {
    let mesh = Mesh::start(mode, &Options::default());
    let documents = [
        ("application", "default"),
        ("application", "prod"),
        ("orders", "default"),
        ("orders", "prod"),
    ];
    for (app, profile) in documents {
        for (version, more) in [("v1", ""), ("v2", "&stage_only=true")] {
            let path = format!("/api/configs/{app}/{profile}?version={version}{more}");
            assert_eq!(mesh.put(&path, "a: 1\n").await.status, 201);
        }
    }
    // the view is known once it was read
    mesh.get("/orders/prod").await;
    let of = |(app, profile): (&str, &str)| {
        json!({"app": app, "profile": profile, "from_version": "v1", "to_version": "v2",
               "apps": ["orders"], "stages": stages(&[50.0, 100.0]), "start": true})
    };
    for document in &documents[..3] {
        let created = mesh.post("/api/rollouts", &of(*document)).await;
        assert_eq!(created.status, 201, "{}", created.text());
        let path = format!(
            "/api/rollouts/{}",
            created.json()["id"].as_str().expect("an id")
        );
        mesh.get_until(&path, |answer| answer.json()["effect"] == "confirmed")
            .await;
    }
    let fourth = mesh.post("/api/rollouts", &of(documents[3])).await;
    is(&fourth, 409, "ROLLOUT_CONFLICT");
    let splits = mesh.get("/api/splits").await.json();
    assert_eq!(
        splits["splits"].as_array().map(Vec::len),
        Some(3),
        "{splits}"
    );
    mesh.stop();
}

async fn commands_in_the_wrong_state_are_refused(mode: Mode) {
    let mesh = Mesh::start(mode, &Options::default());
    course::stage(&mesh, "orders").await;
    let plan = json!({"stages": stages(&[10.0, 50.0, 100.0]), "auto_promote": false});
    let id = course::create(&mesh, "orders", plan).await;
    let course = Course { mesh, id };
    course
        .are_refused(&[
            "promote", "pause", "resume", "rollback", "complete", "revert",
        ])
        .await;
    assert_eq!(course.command("start").await.status, 200);
    course.are_refused(&["start", "resume", "revert"]).await;
    let deleted = course.mesh.request("DELETE", &course.path(""));
    is(&course.mesh.send(deleted).await, 409, "ROLLOUT_WRONG_STATE");
    let stale = course
        .mesh
        .post(&course.path("/promote"), &json!({"expected_stage": 1}))
        .await;
    is(&stale, 412, "PRECONDITION_FAILED");
    assert_eq!(course.rollout().await["stage"]["index"], 0);
    assert_eq!(course.command("pause").await.status, 200);
    course.are_refused(&["start", "pause", "revert"]).await;
    assert_eq!(course.command("rollback").await.status, 200);
    let deeds = [
        "start", "promote", "pause", "resume", "rollback", "complete", "revert",
    ];
    course.are_refused(&deeds).await;
    let long = json!({"reason": "x".repeat(1025)});
    let refused = course.mesh.post(&course.path("/promote"), &long).await;
    is(&refused, 400, "INVALID_ARGUMENT");
    for deed in deeds {
        let unknown = course
            .mesh
            .post(&format!("/api/rollouts/none/{deed}"), &json!({}))
            .await;
        is(&unknown, 404, "ROLLOUT_NOT_FOUND");
    }
    for below in ["", "/audit", "/analysis", "/watch"] {
        let unknown = course.mesh.get(&format!("/api/rollouts/none{below}")).await;
        is(&unknown, 404, "ROLLOUT_NOT_FOUND");
    }
    course.mesh.stop();
}

impl Course {
    /// Sees that each of these is refused where the rollout stands, and nothing is written down.
    async fn are_refused(&self, deeds: &[&str]) {
        let before = (
            self.rollout().await["state"].take(),
            self.audit().await.len(),
        );
        for deed in deeds {
            let refused = self.command(deed).await;
            is(&refused, 409, "ROLLOUT_WRONG_STATE");
            assert!(
                refused
                    .text()
                    .contains(before.0.as_str().unwrap_or_default()),
                "{deed}: {}",
                refused.text()
            );
        }
        let after = (
            self.rollout().await["state"].take(),
            self.audit().await.len(),
        );
        assert_eq!(before, after);
    }
}

async fn figures_that_can_not_be_are_refused(mode: Mode) {
    let mesh = Mesh::start(mode, &Options::default());
    course::stage(&mesh, "orders").await;
    let plan = json!({"stages": stages(&[10.0, 50.0, 100.0]), "auto_promote": false});
    let id = course::create(&mesh, "orders", plan).await;
    let course = Course { mesh, id };
    let report = |more: Value| {
        let mut report = json!({"arm": "canary", "requests": 10, "errors": 0});
        merge(&mut report, more);
        let path = course.path("/metrics");
        let mesh = &course.mesh;
        async move { mesh.post(&path, &report).await }
    };
    is(&report(json!({})).await, 409, "ROLLOUT_WRONG_STATE");
    assert_eq!(course.command("start").await.status, 200);
    let nonsense = [
        json!({"errors": 11}),
        json!({"requests": -1}),
        json!({"requests": 1.5}),
        json!({"requests": "many"}),
        json!({"arm": "control"}),
        json!({"version": "v2"}),
        json!({"latencies_ms": ["NaN"]}),
        json!({"latencies_ms": [-1.0]}),
        json!({"latencies_ms": vec![1.0; 10_001]}),
        json!({"sketch": "%%%"}),
        json!({"app": "someone-else"}),
        json!({"window_end": "2099-01-01T00:00:00Z"}),
        json!({"window_start": "2099-01-01T00:00:00Z"}),
        json!({"window_end": "soon"}),
    ];
    for more in nonsense {
        is(&report(more).await, 400, "INVALID_ARGUMENT");
    }
    // all of a call or nothing
    let both = json!([{"arm": "canary", "requests": 10, "errors": 0},
                      {"arm": "stable", "requests": 10, "errors": 11}]);
    let refused = course.mesh.post(&course.path("/metrics"), &both).await;
    is(&refused, 400, "INVALID_ARGUMENT");
    let total = course.analysis().await["total"].take();
    let counted = total.as_array().expect("totals").iter();
    assert_eq!(
        counted.filter(|arm| arm["requests"] != 0).count(),
        0,
        "{total}"
    );

    let generation = course.rollout().await["generation"]
        .as_u64()
        .expect("a number");
    assert_eq!(
        report(json!({ "generation": generation })).await.status,
        200
    );
    assert_eq!(course.command("promote").await.status, 200);
    is(
        &report(json!({ "generation": generation })).await,
        409,
        "GENERATION_OUTDATED",
    );
    assert_eq!(course.command("rollback").await.status, 200);
    is(&report(json!({})).await, 409, "ROLLOUT_WRONG_STATE");
    course.mesh.stop();
}
