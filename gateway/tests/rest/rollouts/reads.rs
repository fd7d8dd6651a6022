//! Rollouts, their audit and their analysis, as they are read.

use serde_json::{Value, json};
use vortex_proto::rollout::v1::*;

use super::{
    fixtures::{analysis, analysis_json, at, gate, gate_json, rollout, rollout_json},
    mesh,
};
use crate::mesh::{Way, start};

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
    assert_eq!(answer["next_page_token"], "next");
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
        assert!(problem["detail"].as_str().unwrap().contains("rolled_back"));
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
        share_reason: "raised".into(),
        reason: "errors failed twice".into(),
        evidence: vec![gate()],
        generation: 2,
        changes: vec![SettingChange {
            setting: "max_error_rate".into(),
            from: "0.05".into(),
            to: "0.08".into(),
        }],
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
    assert_eq!(answer["next_page_token"], "next");
    assert_eq!(
        answer["entries"][0],
        json!({
            "number": 3, "time": "2001-09-09T01:46:40Z", "principal": "rollout-svc",
            "action": "roll_back", "from_state": "running", "to_state": "rolled_back",
            "from_stage": 0, "to_stage": null, "percentage": 0.0,
            "share_reason": "raised", "reason": "errors failed twice", "evidence": [gate_json()], "generation": 2,
            "changes": [{"setting": "max_error_rate", "from": "0.05", "to": "0.08"}],
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
