//! Commands to a rollout.

use serde_json::json;
use vortex_kit::error::{Fault, Reason};
use vortex_proto::rollout::v1::*;

use super::{fixtures::rollout_json, mesh, post};
use crate::mesh::{Way, start};

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
async fn an_edit_changes_what_it_names_and_nothing_else() {
    let mesh = mesh(Way::InProcess).await;
    let body = json!({
        "thresholds": {"max_error_rate": 0.08, "latency_baseline": "both"},
        "on_failure": "pause", "resume_after_passes": 3, "reason": "slow", "request_id": "once",
    });
    let line = "PATCH /api/rollouts/r-1";
    let headers = ["Content-Type: application/json"];
    let answer = mesh.send(line, &headers, &body.to_string()).await;
    assert_eq!((answer.status, answer.json()), (200, rollout_json()));
    let asked: EditRolloutRequest = mesh.rollouts.asked("edit_rollout");
    let expected = EditRolloutRequest {
        id: "r-1".into(),
        reason: "slow".into(),
        request_id: "once".into(),
        thresholds: Some(Thresholds {
            max_error_rate: Some(0.08),
            latency_baseline: Baseline::Both.into(),
            ..Thresholds::default()
        }),
        analysis: None,
        on_failure: OnFailure::Pause.into(),
        resume_after_passes: Some(3),
    };
    assert_eq!(asked, expected);
    for (body, field) in [
        (json!({"auto_promote": false}), "auto_promote"),
        (json!({"on_failure": "promote"}), "on_failure"),
    ] {
        let answer = mesh.send(line, &headers, &body.to_string()).await;
        let problem = answer.problem(400, "INVALID_ARGUMENT");
        assert_eq!(problem["errors"][0]["field"], field);
    }
}
