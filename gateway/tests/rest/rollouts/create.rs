//! What is asked of rollout-svc for a new rollout.

use serde_json::json;
use vortex_proto::rollout::v1::{create_rollout_request::Target, *};

use super::{
    JSON,
    fixtures::{millis, query, rollout_json, seconds, webhook},
    mesh, post,
};
use crate::mesh::Way;

#[tokio::test]
async fn a_rollout_of_a_document_says_all_it_may() {
    let mesh = mesh(Way::Network).await;
    let body = json!({
        "app": "orders", "profile": "dev", "label": "feature", "from_version": "v1",
        "to_version": "v2", "strategy": "custom",
        "stages": [{"name": "tenth", "percentage": 10, "min_duration": "1m 30s"}, {"percentage": 100.0}],
        "unit": "subject", "min_instances": 0, "auto_promote": false, "auto_rollback": true,
        "thresholds": {"max_error_rate": 0.1, "max_latency_p99": "250ms", "min_requests": 10,
            "errors_baseline": "relative"},
        "on_failure": "rollback", "resume_after_passes": 2,
        "analysis": {"interval": "100ms", "max_failures": 1},
        "description": "a larger pool", "apps": ["orders"], "start": true, "request_id": "once",
        "force": true, "reason": "it was the database", "include": ["a"], "exclude": ["b"],
        "queries": [{"name": "rate", "provider": "main", "query": "x{a=\"{{arm}}\"}", "max": 0.05,
            "max_ratio": 1.5, "margin": 0.01, "no_value": "fail"}],
        "webhooks": [{"name": "gate", "url": "https://gate.example.com/"}],
    });
    let answer = post(&mesh, "/api/rollouts", &body).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (201, "/api/rollouts/r-1")
    );
    assert_eq!(answer.json(), rollout_json());
    let asked: CreateRolloutRequest = mesh.rollouts.asked("create_rollout");
    let expected = CreateRolloutRequest {
        target: Some(Target::Document(DocumentTarget {
            app: "orders".into(),
            profile: "dev".into(),
            label: "feature".into(),
            from_version: "v1".into(),
            to_version: "v2".into(),
        })),
        strategy: Strategy::Custom.into(),
        stages: vec![
            Stage {
                name: "tenth".into(),
                percentage: 10.0,
                min_duration: seconds(90),
            },
            Stage {
                name: String::new(),
                percentage: 100.0,
                min_duration: None,
            },
        ],
        unit: Unit::Subject.into(),
        auto_promote: Some(false),
        auto_rollback: Some(true),
        thresholds: Some(Thresholds {
            max_error_rate: Some(0.1),
            max_latency_p99: millis(250),
            min_requests: Some(10),
            errors_baseline: Baseline::Relative.into(),
            ..Thresholds::default()
        }),
        analysis: Some(Analysis {
            interval: millis(100),
            max_failures: Some(1),
            ..Analysis::default()
        }),
        description: "a larger pool".into(),
        request_id: "once".into(),
        start: true,
        include: vec!["a".into()],
        exclude: vec!["b".into()],
        min_instances: Some(0),
        queries: vec![query()],
        webhooks: vec![webhook()],
        apps: vec!["orders".into()],
        force: true,
        reason: "it was the database".into(),
        stage_list: None,
        on_failure: OnFailure::RollBack.into(),
        resume_after_passes: Some(2),
    };
    assert_eq!(asked, expected);
}

#[tokio::test]
async fn a_rollout_of_a_change_set_leaves_the_rest_to_rollout_svc() {
    let mesh = mesh(Way::InProcess).await;
    let body = json!({"change": "v2", "thresholds": null, "stages": null});
    assert_eq!(post(&mesh, "/api/rollouts", &body).await.status, 201);
    let asked: CreateRolloutRequest = mesh.rollouts.asked("create_rollout");
    let target = ChangeTarget {
        name: "v2".into(),
        label: String::new(),
    };
    let expected = CreateRolloutRequest {
        target: Some(Target::Change(target)),
        ..CreateRolloutRequest::default()
    };
    assert_eq!(asked, expected);
}

/// It is refused there, as a rollout of no stages: here it must not be taken as left out.
#[tokio::test]
async fn an_empty_list_of_stages_is_passed_on_as_one() {
    let mesh = mesh(Way::InProcess).await;
    let body = json!({"change": "v2", "stages": []});
    post(&mesh, "/api/rollouts", &body).await;
    let asked: CreateRolloutRequest = mesh.rollouts.asked("create_rollout");
    assert_eq!(asked.stage_list, Some(StageList::default()));
}

#[tokio::test]
async fn what_a_new_rollout_cannot_have_is_refused_by_its_field() {
    let mesh = mesh(Way::InProcess).await;
    for (body, field) in [
        (json!({}), "app"),
        (json!({"app": "orders", "to_version": "v2"}), "from_version"),
        (json!({"app": "orders", "from_version": "v1"}), "to_version"),
        (
            json!({"change": "v2", "from_version": "v1"}),
            "from_version",
        ),
        (json!({"change": "v2", "profile": "dev"}), "profile"),
        (json!({"change": 2}), "change"),
        (json!({"change": "v2", "strategy": "bold"}), "strategy"),
        (json!({"change": "v2", "strategy": "unknown"}), "strategy"),
        (json!({"change": "v2", "unit": "user"}), "unit"),
        (json!({"change": "v2", "stages": {}}), "stages"),
        (
            json!({"change": "v2", "stages": [{"percentage": "10"}]}),
            "stages[0].percentage",
        ),
        (
            json!({"change": "v2", "stages": [{"percentage": 1, "for": "1s"}]}),
            "stages[0].for",
        ),
        (
            json!({"change": "v2", "stages": [{"percentage": 1, "min_duration": "-1s"}]}),
            "stages[0].min_duration",
        ),
        (
            json!({"change": "v2", "analysis": {"interval": 30}}),
            "analysis.interval",
        ),
        (
            json!({"change": "v2", "analysis": {"interval": "soon"}}),
            "analysis.interval",
        ),
        (
            json!({"change": "v2", "analysis": {"max_failures": -1}}),
            "analysis.max_failures",
        ),
        (
            json!({"change": "v2", "thresholds": {"min_requests": 1.5}}),
            "thresholds.min_requests",
        ),
        (
            json!({"change": "v2", "thresholds": {"errors": 1}}),
            "thresholds.errors",
        ),
        (
            json!({"change": "v2", "queries": [{"name": "a", "query": "x"}]}),
            "queries[0].provider",
        ),
        (
            json!({"change": "v2", "queries": [{"name": "a", "provider": "p", "query": "x", "above": 1}]}),
            "queries[0].above",
        ),
        (
            json!({"change": "v2", "queries": [{"name": "a", "provider": "p", "query": "x", "no_value": "pass"}]}),
            "queries[0].no_value",
        ),
        (
            json!({"change": "v2", "webhooks": [{"name": "a", "url": 1}]}),
            "webhooks[0].url",
        ),
        (
            json!({"change": "v2", "auto_promote": "yes"}),
            "auto_promote",
        ),
        (json!({"change": "v2", "state": "running"}), "state"),
        (json!([]), "body"),
    ] {
        let answer = post(&mesh, "/api/rollouts", &body).await;
        let problem = answer.problem(400, "INVALID_ARGUMENT");
        assert_eq!(problem["errors"][0]["field"], field, "{body}");
    }
    let keys = ["Idempotency-Key: a", JSON];
    let body = r#"{"change":"v2","request_id":"b"}"#;
    let answer = mesh.send("POST /api/rollouts", &keys, body).await;
    let problem = answer.problem(400, "INVALID_ARGUMENT");
    assert_eq!(problem["errors"][0]["field"], "request_id");
    assert_eq!(mesh.rollouts.calls("create_rollout"), 0);
}
