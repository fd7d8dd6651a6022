//! Rollouts over REST.

use futures::SinkExt;
use prost_types::{Duration, Timestamp};
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt, net::TcpStream};
use vortex_kit::error::{Fault, Reason};
use vortex_proto::{
    config::v1::{
        GetSplitRequest, GetSplitResponse, ListSplitsRequest, ListSplitsResponse, Split,
        SplitState, SplitUnit,
    },
    rollout::v1::{create_rollout_request::Target, *},
};

use crate::{
    client::Answer,
    mesh::{Mesh, Way, settings, start, start_with},
    watch::until,
};

const JSON: &str = "Content-Type: application/json";

fn seconds(seconds: i64) -> Option<Duration> {
    Some(Duration { seconds, nanos: 0 })
}

fn millis(millis: i32) -> Option<Duration> {
    Some(Duration {
        seconds: 0,
        nanos: millis * 1_000_000,
    })
}

fn at(seconds: i64) -> Option<Timestamp> {
    Some(Timestamp { seconds, nanos: 0 })
}

fn rollout() -> Rollout {
    Rollout {
        id: "r-1".into(),
        state: RolloutState::RolledBack.into(),
        label: "main".into(),
        change: "v2".into(),
        change_sequence: 7,
        paths: vec!["orders-dev.yml".into()],
        apps: vec!["orders".into()],
        from_version: "v1".into(),
        strategy: Strategy::Custom.into(),
        stages: vec![
            Stage {
                name: "tenth".into(),
                percentage: 10.0,
                min_duration: seconds(90),
            },
            Stage {
                name: "100%".into(),
                percentage: 100.0,
                min_duration: None,
            },
        ],
        stage_index: Some(0),
        share_in_force: 12.5,
        share_reason: "one of five instances".into(),
        unit: Unit::Subject.into(),
        auto_promote: true,
        auto_rollback: false,
        thresholds: Some(Thresholds {
            min_success_rate: Some(0.99),
            max_error_rate: Some(0.05),
            max_latency_ratio: Some(1.5),
            max_latency_p99: millis(250),
            min_requests: Some(100),
        }),
        analysis: Some(Analysis {
            interval: seconds(30),
            consecutive_failures: Some(2),
            max_failures: Some(5),
            inconclusive_limit: Some(10),
            no_data_limit: Some(10),
        }),
        description: "a larger pool".into(),
        principal: "anonymous".into(),
        created_at: at(1_000_000_000),
        updated_at: at(1_000_000_060),
        stage_since: None,
        generation: 2,
        effect: EffectState::Pending.into(),
        effect_error: "config-svc is away".into(),
        reason: "8 % errors".into(),
        reverts: String::new(),
        revision: 4,
        source: String::new(),
    }
}

fn rollout_json() -> Value {
    json!({
        "id": "r-1",
        "state": "rolled_back",
        "stage": {"index": 0, "name": "tenth", "percentage": 10.0},
        "share_in_force": 12.5,
        "share_reason": "one of five instances",
        "label": "main",
        "change": "v2",
        "change_sequence": 7,
        "paths": ["orders-dev.yml"],
        "apps": ["orders"],
        "from_version": "v1",
        "strategy": "custom",
        "stages": [
            {"name": "tenth", "percentage": 10.0, "min_duration": "90s"},
            {"name": "100%", "percentage": 100.0, "min_duration": null},
        ],
        "unit": "subject",
        "auto_promote": true,
        "auto_rollback": false,
        "thresholds": {
            "min_success_rate": 0.99, "max_error_rate": 0.05, "max_latency_ratio": 1.5,
            "max_latency_p99": "250ms", "min_requests": 100,
        },
        "analysis": {
            "interval": "30s", "consecutive_failures": 2, "max_failures": 5,
            "inconclusive_limit": 10, "no_data_limit": 10,
        },
        "description": "a larger pool",
        "principal": "anonymous",
        "created_at": "2001-09-09T01:46:40Z",
        "updated_at": "2001-09-09T01:47:40Z",
        "stage_since": null,
        "generation": 2,
        "effect": "pending",
        "effect_error": "config-svc is away",
        "reason": "8 % errors",
        "reverts": "",
        "revision": 4,
        "source": "",
    })
}

fn gate() -> GateResult {
    GateResult {
        gate: "errors".into(),
        app: "orders".into(),
        verdict: Verdict::Fail.into(),
        detail: "8 of 100".into(),
        canary: Some(0.08),
        stable: None,
        threshold: Some(0.05),
        canary_requests: 100,
        stable_requests: 0,
        p_value: Some(0.01),
    }
}

fn gate_json() -> Value {
    json!({
        "gate": "errors", "app": "orders", "verdict": "fail", "detail": "8 of 100",
        "canary": 0.08, "stable": null, "threshold": 0.05, "canary_requests": 100,
        "stable_requests": 0, "p_value": 0.01,
    })
}

fn analysis() -> AnalysisStatus {
    AnalysisStatus {
        slices: vec![Slice {
            number: 1,
            stage_index: 0,
            started_at: at(1_000_000_000),
            closed_at: None,
            verdict: Verdict::NoData.into(),
            gates: vec![gate()],
        }],
        consecutive_failures: 1,
        failures: 2,
        inconclusive: 3,
        no_data: 4,
        open: vec![ArmFigures {
            app: "orders".into(),
            arm: "canary".into(),
            requests: 100,
            errors: 8,
            latency_p50: Some(Duration {
                seconds: 0,
                nanos: 12_345_678,
            }),
            latency_p99: None,
        }],
        total: Vec::new(),
        holds_because: "no figures".into(),
        keyless_reads: Some(0.25),
    }
}

fn analysis_json() -> Value {
    json!({
        "slices": [{
            "number": 1, "stage_index": 0, "started_at": "2001-09-09T01:46:40Z",
            "closed_at": null, "verdict": "no_data", "gates": [gate_json()],
        }],
        "consecutive_failures": 1, "failures": 2, "inconclusive": 3, "no_data": 4,
        "open": [{
            "app": "orders", "arm": "canary", "requests": 100, "errors": 8,
            "latency_p50": "12345us", "latency_p99": null,
        }],
        "total": [],
        "holds_because": "no figures",
        "keyless_reads": 0.25,
    })
}

fn page() -> Value {
    json!("next")
}

async fn post(mesh: &Mesh, path: &str, body: &Value) -> Answer {
    let body = body.to_string();
    mesh.send(&format!("POST {path}"), &[JSON], &body).await
}

/// A mesh whose rollout-svc answers every command with [`rollout`].
async fn mesh(way: Way) -> Mesh {
    let mesh = start_with(settings(), way).await;
    let rollouts = &mesh.rollouts;
    let rollout = Some(rollout());
    // all of these replies have the rollout as their only field
    let reply = CreateRolloutResponse { rollout };
    for method in [
        "create_rollout",
        "get_rollout",
        "start_rollout",
        "promote_rollout",
        "pause_rollout",
        "resume_rollout",
        "roll_back_rollout",
        "complete_rollout",
        "revert_rollout",
    ] {
        rollouts.reply(method, reply.clone());
    }
    mesh
}

#[tokio::test]
async fn a_rollout_of_a_document_says_all_it_may() {
    let mesh = mesh(Way::Network).await;
    let body = json!({
        "app": "orders", "profile": "dev", "label": "feature", "from_version": "v1",
        "to_version": "v2", "strategy": "custom",
        "stages": [{"name": "tenth", "percentage": 10, "min_duration": "1m 30s"}, {"percentage": 100.0}],
        "unit": "subject", "auto_promote": false, "auto_rollback": true,
        "thresholds": {"max_error_rate": 0.1, "max_latency_p99": "250ms", "min_requests": 10},
        "analysis": {"interval": "100ms", "max_failures": 1},
        "description": "a larger pool", "apps": ["orders"], "start": true, "request_id": "once",
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
        apps: vec!["orders".into()],
    };
    assert_eq!(asked, expected);
}

#[tokio::test]
async fn a_rollout_of_a_change_set_leaves_the_rest_to_rollout_svc() {
    let mesh = mesh(Way::InProcess).await;
    let body = json!({"change": "v2", "thresholds": null, "stages": []});
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

#[tokio::test]
async fn commands_answer_with_the_rollout() {
    let mesh = mesh(Way::InProcess).await;
    let body = json!({"reason": "looks well", "request_id": "once"});
    for (command, method) in [
        ("start", "start_rollout"),
        ("promote", "promote_rollout"),
        ("pause", "pause_rollout"),
        ("resume", "resume_rollout"),
        ("rollback", "roll_back_rollout"),
        ("complete", "complete_rollout"),
    ] {
        let path = format!("/api/rollouts/r-1/{command}");
        let answer = post(&mesh, &path, &body).await;
        assert_eq!((answer.status, answer.json()), (200, rollout_json()));
        // all of these requests begin with the same fields
        let asked: StartRolloutRequest = mesh.rollouts.asked(method);
        assert_eq!(
            (&*asked.id, &*asked.reason, &*asked.request_id),
            ("r-1", "looks well", "once"),
            "{command}"
        );
        let line = format!("POST {path}");
        let bare = mesh.send(&line, &["Idempotency-Key: again"], "").await;
        assert_eq!(bare.status, 200, "{command}");
        let asked: StartRolloutRequest = mesh.rollouts.asked(method);
        assert_eq!((&*asked.reason, &*asked.request_id), ("", "again"));
        let unknown = post(&mesh, &path, &json!({"because": "x"})).await;
        let problem = unknown.problem(400, "INVALID_ARGUMENT");
        assert_eq!(problem["errors"][0]["field"], "because");
    }
}

#[tokio::test]
async fn a_promotion_may_say_from_where_and_nothing_else_may() {
    let mesh = mesh(Way::InProcess).await;
    let body = json!({"expected_stage": 0});
    post(&mesh, "/api/rollouts/r-1/promote", &body).await;
    let asked: PromoteRolloutRequest = mesh.rollouts.asked("promote_rollout");
    assert_eq!(asked.expected_stage, Some(0));
    let in_query = "POST /api/rollouts/r-1/promote?expected_stage=2&reason=well";
    assert_eq!(mesh.send(in_query, &[], "").await.status, 200);
    let asked: PromoteRolloutRequest = mesh.rollouts.asked("promote_rollout");
    assert_eq!((asked.expected_stage, &*asked.reason), (Some(2), "well"));
    for (path, body) in [
        ("/api/rollouts/r-1/promote", json!({"expected_stage": -1})),
        ("/api/rollouts/r-1/promote", json!({"expected_stage": "1"})),
        ("/api/rollouts/r-1/pause", body),
    ] {
        let problem = post(&mesh, path, &body).await;
        let problem = problem.problem(400, "INVALID_ARGUMENT");
        assert_eq!(problem["errors"][0]["field"], "expected_stage", "{path}");
    }
    mesh.rollouts.fail(
        "promote_rollout",
        Fault::new(Reason::RolloutWrongState, "it is completed").with("state", "completed"),
    );
    let answer = post(&mesh, "/api/rollouts/r-1/promote", &json!({})).await;
    let problem = answer.problem(409, "ROLLOUT_WRONG_STATE");
    assert_eq!(problem["state"], "completed");
}

#[tokio::test]
async fn a_revert_is_a_new_rollout() {
    let mesh = mesh(Way::InProcess).await;
    let body = json!({"reason": "too slow", "strategy": "aggressive"});
    let answer = post(&mesh, "/api/rollouts/r-0/revert", &body).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (201, "/api/rollouts/r-1")
    );
    let asked: RevertRolloutRequest = mesh.rollouts.asked("revert_rollout");
    assert_eq!(
        (&*asked.id, asked.strategy()),
        ("r-0", Strategy::Aggressive)
    );
}

#[tokio::test]
async fn a_rollout_that_never_started_is_deleted() {
    let mesh = start().await;
    mesh.rollouts
        .reply("delete_rollout", DeleteRolloutResponse::default());
    let line = "DELETE /api/rollouts/r%2F1";
    let answer = mesh.send(line, &["Idempotency-Key: once"], "").await;
    assert_eq!((answer.status, answer.body.len()), (204, 0));
    let asked: DeleteRolloutRequest = mesh.rollouts.asked("delete_rollout");
    assert_eq!((&*asked.id, &*asked.request_id), ("r/1", "once"));
}

#[tokio::test]
async fn rollouts_are_read_and_listed() {
    let mesh = mesh(Way::InProcess).await;
    assert_eq!(mesh.get("/api/rollouts/r-1").await.json(), rollout_json());
    let created = Rollout {
        state: RolloutState::Created.into(),
        stage_index: None,
        effect: EffectState::Unspecified.into(),
        ..rollout()
    };
    mesh.rollouts.reply(
        "list_rollouts",
        ListRolloutsResponse {
            rollouts: vec![created],
            next_page_token: "next".into(),
        },
    );
    let path =
        "/api/rollouts?state=created,rolled_back&app=orders&label=main&page_size=1&page_token=t";
    let answer = mesh.get(path).await.json();
    assert_eq!(answer["next_page_token"], page());
    let only = &answer["rollouts"][0];
    assert_eq!(
        (&only["state"], &only["stage"], &only["effect"]),
        (&json!("created"), &Value::Null, &json!("none"))
    );
    let asked: ListRolloutsRequest = mesh.rollouts.asked("list_rollouts");
    let expected = ListRolloutsRequest {
        states: vec![
            RolloutState::Created.into(),
            RolloutState::RolledBack.into(),
        ],
        app: "orders".into(),
        label: "main".into(),
        page_size: 1,
        page_token: "t".into(),
    };
    assert_eq!(asked, expected);
    for state in ["done", "unknown", "created,done"] {
        let answer = mesh.get(&format!("/api/rollouts?state={state}")).await;
        let problem = answer.problem(400, "INVALID_ARGUMENT");
        assert_eq!(problem["errors"][0]["field"], "state");
        assert!(
            problem["detail"]
                .as_str()
                .unwrap()
                .contains("`rolled_back`")
        );
    }
}

#[tokio::test]
async fn what_happened_is_listed_with_what_decided() {
    let mesh = start().await;
    let entry = AuditEntry {
        number: 3,
        time: at(1_000_000_000),
        principal: "rollout-svc".into(),
        action: "roll_back".into(),
        from_state: RolloutState::Running.into(),
        to_state: RolloutState::RolledBack.into(),
        from_stage: Some(0),
        to_stage: None,
        percentage: Some(0.0),
        reason: "errors failed twice".into(),
        evidence: vec![gate()],
        generation: 2,
    };
    let created = AuditEntry {
        from_state: RolloutState::Unspecified.into(),
        to_state: RolloutState::Created.into(),
        ..AuditEntry::default()
    };
    mesh.rollouts.reply(
        "list_audit",
        ListAuditResponse {
            entries: vec![entry, created],
            next_page_token: "next".into(),
        },
    );
    let path = "/api/rollouts/r-1/audit?page_size=2&page_token=t";
    let answer = mesh.get(path).await.json();
    assert_eq!(answer["next_page_token"], page());
    assert_eq!(
        answer["entries"][0],
        json!({
            "number": 3, "time": "2001-09-09T01:46:40Z", "principal": "rollout-svc",
            "action": "roll_back", "from_state": "running", "to_state": "rolled_back",
            "from_stage": 0, "to_stage": null, "percentage": 0.0,
            "reason": "errors failed twice", "evidence": [gate_json()], "generation": 2,
        })
    );
    assert_eq!(answer["entries"][1]["from_state"], Value::Null);
    let asked: ListAuditRequest = mesh.rollouts.asked("list_audit");
    assert_eq!(
        (&*asked.id, asked.page_size, &*asked.page_token),
        ("r-1", 2, "t")
    );
}

#[tokio::test]
async fn an_analysis_is_read_whole() {
    let mesh = start().await;
    let analysis = Some(analysis());
    mesh.rollouts
        .reply("get_analysis", GetAnalysisResponse { analysis });
    let answer = mesh.get("/api/rollouts/r-1/analysis").await;
    assert_eq!(answer.json(), analysis_json());
}

#[tokio::test]
async fn the_breaker_is_read_and_reset() {
    let mesh = start().await;
    let breaker = Some(Breaker {
        open: true,
        opened_at: at(1_000_000_000),
        rollbacks: vec![BreakerRollback {
            id: "r-1".into(),
            time: at(1_000_000_000),
        }],
        max_rollbacks: 3,
        window: seconds(600),
        reset_by: String::new(),
        reset_at: None,
    });
    mesh.rollouts.reply(
        "get_breaker",
        GetBreakerResponse {
            breaker: breaker.clone(),
        },
    );
    mesh.rollouts
        .reply("reset_breaker", ResetBreakerResponse { breaker });
    let expected = json!({
        "open": true, "opened_at": "2001-09-09T01:46:40Z",
        "rollbacks": [{"id": "r-1", "time": "2001-09-09T01:46:40Z"}],
        "max_rollbacks": 3, "window": "10m", "reset_by": "", "reset_at": null,
    });
    assert_eq!(mesh.get("/api/breaker").await.json(), expected);
    let body = json!({"reason": "mended", "request_id": "once"});
    assert_eq!(
        post(&mesh, "/api/breaker/reset", &body).await.json(),
        expected
    );
    let asked: ResetBreakerRequest = mesh.rollouts.asked("reset_breaker");
    assert_eq!((&*asked.reason, &*asked.request_id), ("mended", "once"));
}

#[tokio::test]
async fn splits_are_read_and_listed() {
    let mesh = start().await;
    let split = Split {
        id: "r-1".into(),
        label: "main".into(),
        change: "v2".into(),
        change_sequence: 7,
        share: 2_500,
        unit: SplitUnit::Subject.into(),
        generation: 3,
        state: SplitState::Active.into(),
        paths: vec!["orders.yml".into()],
        moved_at: at(1_000_000_000),
    };
    let expected = json!({
        "id": "r-1", "label": "main", "change": "v2", "change_sequence": 7, "share": 2500,
        "unit": "subject", "generation": 3, "state": "active", "paths": ["orders.yml"],
        "moved_at": "2001-09-09T01:46:40Z",
    });
    let reply = GetSplitResponse {
        split: Some(split.clone()),
        token: "store:9".into(),
    };
    mesh.service.reply("get_split", reply);
    assert_eq!(
        mesh.get("/api/splits/r-1").await.json(),
        json!({"split": expected, "token": "store:9"})
    );
    assert_eq!(mesh.service.asked::<GetSplitRequest>("get_split").id, "r-1");
    let reply = ListSplitsResponse {
        splits: vec![split],
        next_page_token: "next".into(),
        token: "store:9".into(),
    };
    mesh.service.reply("list_splits", reply);
    assert_eq!(
        mesh.get("/api/splits?label=main&page_size=1").await.json(),
        json!({"splits": [expected], "next_page_token": "next", "token": "store:9"})
    );
    let asked: ListSplitsRequest = mesh.service.asked("list_splits");
    assert_eq!((&*asked.label, asked.page_size), ("main", 1));
}

#[tokio::test]
async fn a_rollout_is_followed_as_it_and_its_analysis_change() {
    for way in [Way::InProcess, Way::Network] {
        let mesh = start_with(settings(), way).await;
        let mut feed = mesh.rollouts.feed();
        let mut stream = TcpStream::connect(mesh.address).await.unwrap();
        let request = "GET /api/rollouts/r-1/watch HTTP/1.1\r\nHost: localhost\r\n\r\n";
        stream.write_all(request.as_bytes()).await.unwrap();
        let message = |time| WatchRolloutResponse {
            rollout: Some(rollout()),
            analysis: Some(analysis()),
            time: at(time),
        };
        feed.send(Ok(message(1_000_000_000))).await.unwrap();
        let first = until(&mut stream, "01:46:40Z\"}\n\n").await;
        let data = first.split_once("event: rollout\ndata: ").unwrap().1;
        let data: Value = serde_json::from_str(data.lines().next().unwrap()).unwrap();
        assert_eq!(
            data,
            json!({
                "rollout": rollout_json(), "analysis": analysis_json(),
                "time": "2001-09-09T01:46:40Z",
            })
        );
        feed.send(Ok(message(1_000_000_001))).await.unwrap();
        let second = until(&mut stream, ": unchanged\n\n").await;
        assert!(!second.contains("event:"), "{second}");
        let mut changed = message(1_000_000_002);
        changed.analysis = Some(AnalysisStatus::default());
        feed.send(Ok(changed)).await.unwrap();
        until(&mut stream, "01:46:42Z\"}\n\n").await;
        let fault = Fault::new(Reason::Unavailable, "gone");
        feed.send(Err(fault.into())).await.unwrap();
        let last = until(&mut stream, "event: problem\ndata: {").await;
        assert!(!last.contains("event: rollout"), "{last}");
    }
}

#[tokio::test]
async fn a_rollout_that_is_not_there_is_not_followed() {
    let mesh = start().await;
    mesh.get("/api/rollouts/r-1/watch")
        .await
        .problem(404, "ROLLOUT_NOT_FOUND");
}
