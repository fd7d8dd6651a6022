//! Documents read, listed and compared.

use serde_json::json;
use vortex_proto::config::v1::*;

use super::document;
use crate::mesh::start;

#[tokio::test]
async fn a_document_is_read_as_it_was_written() {
    let mesh = start().await;
    mesh.service.reply(
        "get_document",
        GetDocumentResponse {
            document: Some(document()),
            content: "a: 1 # one\n".into(),
            media_type: "application/yaml".into(),
            version: "v2".into(),
            digest: "d2".into(),
            token: "store:8".into(),
            path: "orders-dev.yml".into(),
        },
    );
    let answer = mesh
        .get("/api/configs/orders/dev?version=v2&min_token=store:8")
        .await;
    assert_eq!((answer.status, answer.text()), (200, "a: 1 # one\n"));
    assert_eq!(answer.header("content-type"), "application/yaml");
    assert_eq!(
        (answer.header("etag"), answer.header("x-vortex-version")),
        ("\"d2\"", "v2")
    );
    let held = mesh
        .send(
            "GET /api/configs/orders/dev",
            &["If-None-Match: W/\"d2\""],
            "",
        )
        .await;
    assert_eq!((held.status, held.body.len()), (304, 0));
    let head = mesh.send("HEAD /api/configs/orders/dev", &[], "").await;
    assert_eq!((head.status, head.header("content-length")), (200, "11"));
}

#[tokio::test]
async fn documents_and_versions_are_listed_in_pages() {
    let mesh = start().await;
    mesh.service.reply(
        "list_documents",
        ListDocumentsResponse {
            documents: vec![Document {
                label: "main".into(),
                path: "orders.yml".into(),
                media_type: "application/yaml".into(),
                version: "v1".into(),
                digest: "d".into(),
                size: 5,
                written_at: Some(prost_types::Timestamp {
                    seconds: 1_000_000_000,
                    nanos: 0,
                }),
                versions: 2,
                ..Document::default()
            }],
            next_page_token: "next".into(),
            token: "store:9".into(),
        },
    );
    let answer = mesh
        .get("/api/configs?label=main&app=orders&page_size=1&page_token=p")
        .await;
    assert_eq!(
        answer.json(),
        json!({
            "documents": [{
                "label": "main", "path": "orders.yml", "media_type": "application/yaml",
                "version": "v1", "digest": "d", "size": 5, "written_at": "2001-09-09T01:46:40Z",
                "versions": 2,
            }],
            "next_page_token": "next",
        })
    );
    let asked: ListDocumentsRequest = mesh.service.asked("list_documents");
    assert_eq!((asked.page_size, &*asked.page_token), (1, "p"));
    mesh.service.reply(
        "list_versions",
        ListVersionsResponse {
            versions: vec![
                Version {
                    name: "v2".into(),
                    state: ChangeState::RolledBack.into(),
                    rolled_back_by: "r-1".into(),
                    ..Version::default()
                },
                Version {
                    name: "v1".into(),
                    stable: true,
                    state: ChangeState::Released.into(),
                    ..Version::default()
                },
            ],
            ..ListVersionsResponse::default()
        },
    );
    let versions = mesh.get("/api/configs/orders/dev/versions").await.json();
    assert_eq!(versions["versions"][0]["state"], "rolled_back");
    assert_eq!(versions["versions"][0]["rolled_back_by"], "r-1");
    assert_eq!(versions["versions"][1]["version"], "v1");
    assert_eq!(versions["versions"][1]["state"], "released");
}

#[tokio::test]
async fn a_diff_is_a_patch_and_both_sides() {
    let mesh = start().await;
    mesh.service.reply(
        "diff_versions",
        DiffVersionsResponse {
            from: "v1".into(),
            to: "v2".into(),
            patch: r#"[{"op":"replace","path":"/a","value":2}]"#.into(),
            from_content: "a: 1".into(),
            to_content: "a: 2".into(),
        },
    );
    let answer = mesh.get("/api/configs/orders/dev/diff?from=v1&to=v2").await;
    assert_eq!(
        answer.json(),
        json!({
            "from": "v1", "to": "v2", "patch": [{"op": "replace", "path": "/a", "value": 2}],
            "from_content": "a: 1", "to_content": "a: 2",
        })
    );
}
