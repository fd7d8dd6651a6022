//! The splits that config-svc serves by.

use serde_json::json;
use vortex_proto::config::v1::{
    GetSplitRequest, GetSplitResponse, ListSplitsRequest, ListSplitsResponse, Split, SplitState,
    SplitUnit,
};

use super::fixtures::at;
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
        paths: vec!["orders.yml".into()],
        moved_at: at(1_000_000_000),
        ..Split::default()
    };
    let expected = json!({
        "id": "r-1", "label": "main", "change": "v2", "change_sequence": 7, "percentage": 25.0,
        "unit": "subject", "generation": 3, "state": "detached", "paths": ["orders.yml"],
        "moved_at": "2001-09-09T01:46:40Z", "ended_by": "ada",
        "end_reason": "h1 was released by force",
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
