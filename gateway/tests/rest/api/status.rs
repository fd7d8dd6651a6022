//! How everything stands, in one answer.

use prost_types::Timestamp;
use serde_json::{Value, json};
use vortex_kit::error::{Fault, Reason};
use vortex_proto::{config::v1::*, drift::v1::*, heartbeat::v1::Fleet, rollout::v1::*};

use crate::mesh::{Mesh, start, start_without_rollouts};

/// A mesh in which nothing is amiss.
async fn well() -> Mesh {
    let mesh = start().await;
    quiet_config(&mesh);
    rolling(&mesh, Vec::new());
    mesh.rollouts
        .reply("get_breaker", GetBreakerResponse::default());
    mesh
}

fn quiet_config(mesh: &Mesh) {
    mesh.service
        .reply("list_sources", ListSourcesResponse::default());
    mesh.service
        .reply("list_freezes", ListFreezesResponse::default());
    mesh.service
        .reply("list_overrides", ListOverridesResponse::default());
    mesh.drift
        .reply("list_alerts", ListAlertsResponse::default());
}

fn rolling(mesh: &Mesh, rollouts: Vec<Rollout>) {
    let reply = ListRolloutsResponse {
        rollouts,
        ..Default::default()
    };
    mesh.rollouts.reply("list_rollouts", reply);
}

fn rollout(id: &str, state: RolloutState) -> Rollout {
    let stage = |percentage| Stage {
        percentage,
        ..Stage::default()
    };
    Rollout {
        id: id.into(),
        state: state.into(),
        label: "main".into(),
        change: "v3".into(),
        paths: vec!["orders.yml".into(), "orders-prod.yml".into()],
        stages: [10.0, 25.0, 100.0].map(stage).to_vec(),
        stage_index: Some(1),
        share_in_force: 25.0,
        reason: "asked for".into(),
        ..Rollout::default()
    }
}

async fn status(mesh: &Mesh) -> Value {
    let answer = mesh.get("/api/status").await;
    assert_eq!(answer.status, 200);
    answer.json()
}

#[tokio::test]
async fn a_running_rollout_is_well_and_counts_its_stages_from_one() {
    let mesh = well().await;
    let nothing = json!({"well": true, "more": false, "rolling_out": [], "paused": [],
        "waiting": [], "frozen": [], "overridden": [], "degraded": []});
    assert_eq!(status(&mesh).await, nothing);
    rolling(&mesh, vec![rollout("r-1", RolloutState::Running)]);
    let told = status(&mesh).await;
    assert_eq!(told["well"], true);
    assert_eq!(
        told["rolling_out"],
        json!([{"kind": "rollout", "id": "r-1",
            "about": "v3 of orders.yml +1 on main, stage 2/3, 25%", "why": "asked for",
            "since": null, "next": "vortex rollout watch r-1"}])
    );
}

#[tokio::test]
async fn each_rollout_that_somebody_should_look_at_says_what_next() {
    let mesh = well().await;
    let mut stuck = rollout("r-3", RolloutState::Running);
    stuck.effect_error = "config-svc is away".into();
    let all = vec![
        rollout("r-1", RolloutState::Created),
        rollout("r-2", RolloutState::Paused),
        stuck,
    ];
    rolling(&mesh, all);
    let told = status(&mesh).await;
    assert_eq!(told["well"], false);
    assert_eq!(told["waiting"][0]["next"], "vortex rollout start r-1");
    assert_eq!(told["paused"][0]["next"], "vortex rollout get r-2");
    assert_eq!(told["degraded"][0]["why"], "config-svc is away");
    assert_eq!(told["rolling_out"], json!([]));
}

#[tokio::test]
async fn freezes_sources_and_the_breaker_are_told() {
    let mesh = well().await;
    let freeze = Freeze {
        id: "f42".into(),
        apps: vec!["orders".into()],
        label: "main".into(),
        reason: "the audit".into(),
        author: "ada".into(),
        until: Some(Timestamp {
            seconds: 1_000_000_000,
            nanos: 5_000_000,
        }),
        ..Freeze::default()
    };
    let freezes = ListFreezesResponse {
        freezes: vec![freeze],
        ..Default::default()
    };
    mesh.service.reply("list_freezes", freezes);
    let label = SourceLabel {
        label: "main".into(),
        pending_commit: "2".repeat(40),
        pending_reason: "SOURCE_SHRANK".into(),
        pending_detail: "9 of 10 files".into(),
        ..SourceLabel::default()
    };
    let source = Source {
        name: "repo".into(),
        error: "connection refused".into(),
        labels: vec![label],
        ..Source::default()
    };
    let sources = ListSourcesResponse {
        sources: vec![source],
        ..Default::default()
    };
    mesh.service.reply("list_sources", sources);
    let breaker = Some(Breaker {
        open: true,
        ..Breaker::default()
    });
    mesh.rollouts
        .reply("get_breaker", GetBreakerResponse { breaker });
    let told = status(&mesh).await;
    assert_eq!(told["well"], false);
    assert_eq!(
        told["frozen"],
        json!([{"kind": "freeze", "id": "f42",
            "about": "orders on main, by ada, until 2001-09-09T01:46:40Z", "why": "the audit",
            "since": null, "next": "vortex unfreeze f42"}])
    );
    assert_eq!(
        told["waiting"][0]["about"],
        "commit 222222222222 of main waits"
    );
    assert_eq!(told["waiting"][0]["why"], "SOURCE_SHRANK: 9 of 10 files");
    let degraded = [&told["degraded"][0]["id"], &told["degraded"][1]["id"]];
    assert_eq!(degraded, ["breaker", "repo"]);
}

#[tokio::test]
async fn overrides_are_told_and_well() {
    let mesh = well().await;
    let time = |seconds| Some(Timestamp { seconds, nanos: 0 });
    let set = Override {
        id: "o42".into(),
        app: "orders".into(),
        profile: "prod".into(),
        label: "main".into(),
        values: r#"{"db.pool":20,"rate":1.50}"#.into(),
        reason: "incident 4711".into(),
        principal: "anonymous".into(),
        author: "ada".into(),
        since: time(1_000_000_000),
        expires_at: time(1_000_003_600),
    };
    let elsewhere = Override {
        label: "v2".into(),
        values: r#"{"db.pool":20}"#.into(),
        ..set.clone()
    };
    let reply = ListOverridesResponse {
        overrides: vec![set, elsewhere],
        next_page_token: "more".into(),
        ..Default::default()
    };
    mesh.service.reply("list_overrides", reply);
    let told = status(&mesh).await;
    assert_eq!(told["well"], true);
    let overridden = &told["overridden"];
    assert_eq!(
        overridden[0],
        json!({"kind": "override", "id": "o42",
            "about": "2 keys of orders/prod on main, by ada, until 2001-09-09T02:46:40Z",
            "why": "incident 4711", "since": "2001-09-09T01:46:40Z",
            "next": "vortex config override orders prod --remove"})
    );
    assert_eq!(
        overridden[1]["about"],
        "1 key of orders/prod on v2, by ada, until 2001-09-09T02:46:40Z"
    );
    assert_eq!(
        overridden[1]["next"],
        "vortex config override orders prod --remove --label v2"
    );
    assert_eq!(overridden[2]["next"], "vortex config override list");
}

#[tokio::test]
async fn what_concerns_one_application_is_asked_for_and_a_wrong_name_is_refused() {
    let mesh = well().await;
    assert_eq!(mesh.get("/api/status?app=orders").await.status, 200);
    let rollouts: ListRolloutsRequest = mesh.rollouts.asked("list_rollouts");
    assert_eq!(rollouts.app, "orders");
    // health asks for freezes, too, of all applications
    let freezes: Vec<ListFreezesRequest> = mesh.service.all_asked("list_freezes");
    assert!(freezes.iter().any(|asked| asked.app == "orders"));
    let overrides: ListOverridesRequest = mesh.service.asked("list_overrides");
    assert_eq!(overrides.app, "orders");
    let wrong = Fault::invalid("app", "it is not a name");
    mesh.rollouts.fail("list_rollouts", wrong);
    let refused = mesh.get("/api/status?app=a/b").await;
    refused.problem(400, "INVALID_ARGUMENT");
    mesh.get("/api/status?application=orders")
        .await
        .problem(400, "INVALID_ARGUMENT");
}

#[tokio::test]
async fn a_service_that_is_away_is_degraded_and_the_other_still_tells() {
    let mesh = start_without_rollouts().await;
    quiet_config(&mesh);
    let told = status(&mesh).await;
    assert_eq!(told["well"], false);
    assert_eq!(told["degraded"].as_array().unwrap().len(), 1, "{told}");
    assert_eq!(told["degraded"][0]["kind"], "service");
    assert_eq!(told["degraded"][0]["id"], "rollout-svc");

    let mesh = well().await;
    rolling(&mesh, vec![rollout("r-1", RolloutState::Running)]);
    let away = Fault::new(Reason::Unavailable, "it restarts");
    mesh.service.fail("list_freezes", away);
    let told = status(&mesh).await;
    assert_eq!(told["degraded"][0]["id"], "config-svc");
    assert_eq!(told["rolling_out"][0]["id"], "r-1");
}

#[tokio::test]
async fn more_rollouts_than_are_told_are_not_called_well() {
    let mesh = well().await;
    let reply = ListRolloutsResponse {
        rollouts: vec![rollout("r-1", RolloutState::Running)],
        next_page_token: "more".into(),
    };
    mesh.rollouts.reply("list_rollouts", reply);
    let told = status(&mesh).await;
    assert_eq!(
        (&told["well"], &told["more"]),
        (&json!(false), &json!(true))
    );
}

#[tokio::test]
async fn alerts_that_fire_are_degraded_and_say_who_has_seen_them() {
    let mesh = well().await;
    let alert = |id: &str, cause: AlertCause, by: &str| Alert {
        id: id.into(),
        fleet: Some(Fleet {
            app: "orders".into(),
            profiles: vec!["eu".into(), "prod".into()],
            label: "v2".into(),
        }),
        cause: cause.into(),
        instances: 52,
        total: 1_000,
        started_at: Some(Timestamp {
            seconds: 1_000_000_000,
            nanos: 0,
        }),
        acknowledged_by: by.into(),
        comment: "a deploy".into(),
        ..Alert::default()
    };
    let reply = ListAlertsResponse {
        alerts: vec![
            alert("a1", AlertCause::Drift, ""),
            alert("a2", AlertCause::Silence, "ada"),
        ],
        next_page_token: "more".into(),
    };
    mesh.drift.reply("list_alerts", reply);
    let told = mesh.get("/api/status?app=orders").await.json();
    assert_eq!(told["well"], false);
    let degraded = &told["degraded"];
    assert_eq!(
        degraded[0],
        json!({"kind": "alert", "id": "a1",
            "about": "52 of 1000 instances of orders/eu,prod on v2 do not run what they should",
            "why": "", "since": "2001-09-09T01:46:40Z",
            "next": "vortex drift status orders eu,prod --label v2"})
    );
    assert_eq!(degraded[1]["why"], "acknowledged by ada: a deploy");
    assert_eq!(degraded[2]["next"], "vortex drift alerts --firing");
    let asked: ListAlertsRequest = mesh.drift.asked("list_alerts");
    assert_eq!((asked.firing, &*asked.app), (true, "orders"));
}
