//! Documents written and deleted.

use serde_json::json;
use vortex_proto::config::v1::*;

use super::document;
use crate::mesh::{Mesh, start};

async fn put(created: bool) -> Mesh {
    let mesh = start().await;
    mesh.service.reply(
        "put_document",
        PutDocumentResponse {
            document: Some(document()),
            version: "v2".into(),
            digest: "d2".into(),
            token: "store:8".into(),
            created,
            path: "orders-dev.yml".into(),
        },
    );
    mesh
}

#[tokio::test]
async fn a_write_says_what_it_made() {
    let mesh = put(true).await;
    let headers = [
        "Content-Type: text/yaml",
        "If-Match: \"d1\"",
        "Idempotency-Key: once",
    ];
    let line = "PUT /api/configs/orders/dev?label=feature/x&version=v2&stage_only=true&message=why&author=me";
    let answer = mesh.send(line, &headers, "a: 1").await;
    assert_eq!(answer.status, 201);
    assert_eq!(
        answer.json(),
        json!({
            "app": "orders", "profile": "dev", "label": "main", "path": "orders-dev.yml",
            "version": "v2", "digest": "d2", "token": "store:8", "created": true,
        })
    );
    assert_eq!(answer.header("etag"), "\"d2\"");
    assert_eq!(answer.header("x-vortex-version"), "v2");
    assert_eq!(answer.header("x-vortex-revision"), "store:8");
    assert_eq!(
        answer.header("vary"),
        "X-Vortex-Instance, X-Vortex-Key, Authorization, X-API-Key, Accept"
    );
    let asked: PutDocumentRequest = mesh.service.asked("put_document");
    assert_eq!(
        asked,
        PutDocumentRequest {
            document: Some(DocumentRef {
                label: "feature/x".into(),
                ..document()
            }),
            content: "a: 1".into(),
            media_type: "application/yaml".into(),
            version: "v2".into(),
            message: "why".into(),
            author: "me".into(),
            stage_only: true,
            if_match: "d1".into(),
            if_none_match: String::new(),
            request_id: "once".into(),
        }
    );
}

#[tokio::test]
async fn a_write_made_before_is_200_and_its_conditions_have_to_make_sense() {
    let mesh = put(false).await;
    let line = "PUT /api/configs/orders/dev";
    assert_eq!(
        mesh.send(line, &["If-None-Match: *"], "a: 1").await.status,
        200
    );
    let asked: PutDocumentRequest = mesh.service.asked("put_document");
    assert_eq!((&*asked.if_none_match, &*asked.media_type), ("*", ""));
    mesh.send(line, &["If-None-Match: \"d1\""], "a: 1")
        .await
        .problem(400, "INVALID_ARGUMENT");
    mesh.send(line, &["If-Match: \"a\", \"b\""], "a: 1")
        .await
        .problem(400, "INVALID_ARGUMENT");
    let weak = mesh.send(line, &["If-Match: W/\"d1\""], "a: 1").await;
    let problem = weak.problem(412, "PRECONDITION_FAILED");
    assert_eq!(problem["preconditions"][0]["subject"], "W/\"d1\"");
    assert_eq!(mesh.service.calls("put_document"), 1);
    let twice = ["Idempotency-Key: a", "Idempotency-Key: b"];
    mesh.send(line, &twice, "a: 1")
        .await
        .problem(400, "INVALID_ARGUMENT");
}

#[tokio::test]
async fn a_form_is_refused_with_the_flags_that_send_a_document() {
    let mesh = put(true).await;
    let line = "PUT /api/configs/orders/dev";
    for form in [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ] {
        let header = format!("Content-Type: {form}");
        let problem = mesh.send(line, &[&header], "a: 1b: 2").await;
        let problem = problem.problem(415, "UNSUPPORTED_FORMAT");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("--data-binary @FILE"), "{detail}");
        assert!(
            detail.contains("-H 'content-type: application/yaml'"),
            "{detail}"
        );
    }
    assert_eq!(mesh.service.calls("put_document"), 0);
    let form = ["Content-Type: application/x-www-form-urlencoded"];
    let problem = mesh.send("POST /api/changes", &form, "{}").await;
    let problem = problem.problem(415, "UNSUPPORTED_FORMAT");
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.ends_with("-H 'content-type: application/json'"),
        "{detail}"
    );
}

#[tokio::test]
async fn a_document_of_nothing_is_written_only_if_that_is_asked_for() {
    let mesh = put(true).await;
    let line = "PUT /api/configs/orders/dev";
    let yaml = ["Content-Type: application/yaml"];
    for query in ["", "?allow_empty=false"] {
        let refused = mesh.send(&format!("{line}{query}"), &yaml, "").await;
        let problem = refused.problem(400, "INVALID_ARGUMENT");
        assert_eq!(problem["errors"][0]["field"], "body");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("allow_empty=true"), "{detail}");
    }
    assert_eq!(mesh.service.calls("put_document"), 0);
    let written = mesh
        .send(&format!("{line}?allow_empty=true"), &yaml, "")
        .await;
    assert_eq!(written.status, 201);
    let asked: PutDocumentRequest = mesh.service.asked("put_document");
    assert!(asked.content.is_empty());
}

#[tokio::test]
async fn a_deletion_is_a_version() {
    let mesh = start().await;
    mesh.service.reply(
        "delete_document",
        DeleteDocumentResponse {
            document: Some(document()),
            version: "v3".into(),
            token: "store:9".into(),
        },
    );
    let line = "DELETE /api/configs/orders/dev?version=v3&message=gone";
    let answer = mesh
        .send(line, &["If-Match: *", "Idempotency-Key: once"], "")
        .await;
    assert_eq!(
        answer.json(),
        json!({
            "app": "orders", "profile": "dev", "label": "main", "version": "v3", "token": "store:9",
        })
    );
    let asked: DeleteDocumentRequest = mesh.service.asked("delete_document");
    assert_eq!(
        (&*asked.if_match, &*asked.request_id, &*asked.version),
        ("*", "once", "v3")
    );
}
