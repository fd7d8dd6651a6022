//! Change sets, and releases by whatever name.

use serde_json::json;
use vortex_kit::error::{Fault, Reason};
use vortex_proto::config::v1::*;

use super::document;
use crate::mesh::start;

fn released() -> ReleaseChangeResponse {
    ReleaseChangeResponse {
        change: Some(Change {
            name: "v2".into(),
            label: "main".into(),
            state: ChangeState::Released.into(),
            document_count: 1,
            awaits_rollout: false,
            ..Change::default()
        }),
        token: "store:9".into(),
        moved: true,
        ended_rollouts: vec!["r-1".into()],
    }
}

#[tokio::test]
async fn a_version_is_released_by_its_documents_name() {
    let mesh = start().await;
    mesh.service.reply("release_change", released());
    let json = ["Content-Type: application/json", "If-Match: \"d1\""];
    let line = "POST /api/configs/orders/dev/release?label=main";
    let answer = mesh
        .send(
            line,
            &json,
            r#"{"version":"v2","force":true,"reason":"it is down","request_id":"once"}"#,
        )
        .await;
    assert_eq!(
        (answer.status, &answer.json()["moved"]),
        (200, &json!(true))
    );
    assert_eq!(answer.json()["change"]["change"], "v2");
    assert_eq!(answer.json()["ended_rollouts"], json!(["r-1"]));
    let asked: ReleaseChangeRequest = mesh.service.asked("release_change");
    assert_eq!(
        asked,
        ReleaseChangeRequest {
            name: "v2".into(),
            label: String::new(),
            path: String::new(),
            force: true,
            if_match: "d1".into(),
            request_id: "once".into(),
            document: Some(document()),
            reason: "it is down".into(),
            ..ReleaseChangeRequest::default()
        }
    );
    mesh.send(line, &[], "")
        .await
        .problem(400, "INVALID_ARGUMENT");
    mesh.service.fail(
        "release_change",
        Fault::new(Reason::VersionNotFound, "no v3"),
    );
    let line = "POST /api/configs/orders/dev/release?version=v3";
    mesh.send(line, &[], "")
        .await
        .problem(404, "VERSION_NOT_FOUND");
    assert_eq!(mesh.service.calls("get_document"), 0);
}

#[tokio::test]
async fn a_change_set_of_many_documents_is_made_at_once() {
    let mesh = start().await;
    mesh.service.reply(
        "apply_change",
        ApplyChangeResponse {
            change: "v2".into(),
            digest: "d".into(),
            token: "store:9".into(),
            created: true,
            documents: vec![ChangedDocument {
                path: "a.yml".into(),
                version: "v2".into(),
                digest: "da".into(),
                deleted: false,
            }],
        },
    );
    let body = r#"{"version":"v2","message":"both","documents":[
        {"path":"a.yml","content":"a: 1","media_type":"application/yaml"},
        {"path":"b.yml","delete":true}]}"#;
    let headers = ["Content-Type: application/json", "Idempotency-Key: once"];
    let answer = mesh.send("POST /api/changes", &headers, body).await;
    assert_eq!(answer.status, 201);
    assert_eq!(
        answer.json(),
        json!({
            "change": "v2", "digest": "d", "token": "store:9", "created": true,
            "documents": [{"path": "a.yml", "version": "v2", "digest": "da", "deleted": false}],
        })
    );
    let asked: ApplyChangeRequest = mesh.service.asked("apply_change");
    assert_eq!((&*asked.request_id, asked.documents.len()), ("once", 2));
    assert_eq!(
        asked.documents[1].change,
        Some(document_write::Change::Delete(true))
    );
    let other = r#"{"request_id":"other","documents":[]}"#;
    mesh.send("POST /api/changes", &headers, other)
        .await
        .problem(400, "INVALID_ARGUMENT");
}

#[tokio::test]
async fn change_sets_are_listed_released_and_discarded() {
    let mesh = start().await;
    mesh.service
        .reply("list_changes", ListChangesResponse::default());
    let answer = mesh.get("/api/changes?state=staged&label=main").await;
    assert_eq!(answer.json(), json!({"changes": [], "next_page_token": ""}));
    let asked: ListChangesRequest = mesh.service.asked("list_changes");
    assert_eq!(asked.state(), ChangeState::Staged);
    mesh.get("/api/changes?state=unknown")
        .await
        .problem(400, "INVALID_ARGUMENT");
    mesh.service.reply("release_change", released());
    mesh.send(
        "POST /api/changes/v2/release?force=true&path=a.yml",
        &[],
        "",
    )
    .await;
    let asked: ReleaseChangeRequest = mesh.service.asked("release_change");
    assert_eq!((asked.force, &*asked.path), (true, "a.yml"));
    mesh.service
        .reply("discard_change", DiscardChangeResponse::default());
    assert_eq!(
        mesh.send("POST /api/changes/v2/discard", &[], "")
            .await
            .status,
        200
    );
    mesh.send("POST /api/changes/v2/discard?force=true", &[], "")
        .await
        .problem(400, "INVALID_ARGUMENT");
}
