//! The splits that config-svc serves by.

use serde_json::json;
use vortex_proto::config::v1::{
    Arm, GetSplitRequest, GetSplitResponse, ListSplitsRequest, ListSplitsResponse,
    ResolveArmsRequest, ResolveArmsResponse, ResolvedArm, Split, SplitState, SplitUnit,
};

use super::{fixtures::at, post};
use crate::mesh::start;

#[tokio::test]
async fn splits_are_read_and_listed() {
    let mesh = start().await;
    let split = Split {
        id: "r-1".into(),
        label: "main".into(),
        change: "v2".into(),
        change_sequence: 7,
        percentage: 25.0,
        unit: SplitUnit::Subject.into(),
        generation: 3,
        state: SplitState::Detached.into(),
        ended_by: "ada".into(),
        end_reason: "h1 was released by force".into(),
        include: vec!["a".into()],
        exclude: vec!["b".into(), "c".into()],
        paths: vec!["orders.yml".into()],
        moved_at: at(1_000_000_000),
        ..Split::default()
    };
    let expected = json!({
        "id": "r-1", "label": "main", "change": "v2", "change_sequence": 7, "percentage": 25.0,
        "unit": "subject", "generation": 3, "state": "detached", "paths": ["orders.yml"],
        "moved_at": "2001-09-09T01:46:40Z", "ended_by": "ada",
        "end_reason": "h1 was released by force", "include": ["a"], "exclude": ["b", "c"],
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
async fn the_arms_of_keys_are_asked_of_the_split() {
    let mesh = start().await;
    let reply = ResolveArmsResponse {
        arms: vec![ResolvedArm {
            key: "pod-1".into(),
            arm: Arm::Canary.into(),
            bucket: 9_000,
            forced: true,
        }],
        percentage: 0.5,
        unit: SplitUnit::Instance.into(),
        token: "store:9".into(),
    };
    mesh.service.reply("resolve_arms", reply);
    let answer = post(&mesh, "/api/rollouts/r-1/arms", &json!({"keys": ["pod-1"]})).await;
    let arm = json!({"key": "pod-1", "arm": "canary", "bucket": 9_000, "forced": true});
    let expected =
        json!({"arms": [arm], "percentage": 0.5, "unit": "instance", "token": "store:9"});
    assert_eq!(answer.json(), expected);
    let asked: ResolveArmsRequest = mesh.service.asked("resolve_arms");
    assert_eq!(
        (&*asked.id, &asked.keys[..]),
        ("r-1", &["pod-1".to_owned()][..])
    );
    for body in [
        json!({}),
        json!({"keys": "pod-1"}),
        json!({"keys": [], "more": 1}),
    ] {
        let refused = post(&mesh, "/api/rollouts/r-1/arms", &body).await;
        refused.problem(400, "INVALID_ARGUMENT");
    }
}
