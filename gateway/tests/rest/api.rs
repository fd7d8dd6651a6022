//! `/api`: each route asks what it should, and answers in the contract's shape.

use serde_json::json;
use vortex_kit::error::{Fault, Reason};
use vortex_proto::config::v1::*;

use crate::mesh::{Mesh, start};

fn document() -> DocumentRef {
    DocumentRef {
        app: "orders".into(),
        profile: "dev".into(),
        label: "main".into(),
    }
}

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
        "X-Vortex-Instance, X-Vortex-Key, Authorization, Accept"
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
            versions: vec![Version {
                name: "v1".into(),
                stable: true,
                state: ChangeState::Released.into(),
                ..Version::default()
            }],
            ..ListVersionsResponse::default()
        },
    );
    let versions = mesh.get("/api/configs/orders/dev/versions").await.json();
    assert_eq!(versions["versions"][0]["version"], "v1");
    assert_eq!(versions["versions"][0]["state"], "released");
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

fn released() -> ReleaseChangeResponse {
    ReleaseChangeResponse {
        change: Some(Change {
            name: "v2".into(),
            label: "main".into(),
            state: ChangeState::Released.into(),
            document_count: 1,
            ..Change::default()
        }),
        token: "store:9".into(),
        moved: true,
    }
}

#[tokio::test]
async fn a_version_is_released_by_its_documents_name() {
    let mesh = start().await;
    mesh.service.reply(
        "get_document",
        GetDocumentResponse {
            path: "orders-dev.yml".into(),
            ..GetDocumentResponse::default()
        },
    );
    mesh.service.reply("release_change", released());
    let json = ["Content-Type: application/json", "If-Match: \"d1\""];
    let line = "POST /api/configs/orders/dev/release?label=main";
    let answer = mesh
        .send(
            line,
            &json,
            r#"{"version":"v2","force":true,"request_id":"once"}"#,
        )
        .await;
    assert_eq!(
        (answer.status, &answer.json()["moved"]),
        (200, &json!(true))
    );
    assert_eq!(answer.json()["change"]["change"], "v2");
    let asked: ReleaseChangeRequest = mesh.service.asked("release_change");
    assert_eq!(
        asked,
        ReleaseChangeRequest {
            name: "v2".into(),
            label: "main".into(),
            path: "orders-dev.yml".into(),
            force: true,
            if_match: "d1".into(),
            request_id: "once".into(),
        }
    );
    mesh.send(line, &[], "")
        .await
        .problem(400, "INVALID_ARGUMENT");
    mesh.send("POST /api/configs/orders/dev/release?version=v2", &[], "")
        .await;
    mesh.service
        .fail("get_document", Fault::new(Reason::VersionNotFound, "no v3"));
    let line = "POST /api/configs/orders/dev/release?version=v3";
    mesh.send(line, &[], "")
        .await
        .problem(404, "VERSION_NOT_FOUND");
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

#[tokio::test]
async fn an_effective_configuration_keeps_its_numbers() {
    let mesh = start().await;
    mesh.service.reply(
        "get_config",
        GetConfigResponse {
            app: "orders".into(),
            profiles: vec!["dev".into(), "prod".into()],
            label: "main".into(),
            config: r#"{"big":12345678901234567890123,"float":1.0}"#.into(),
            version: "v2+1f3c9a0b".into(),
            digest: "d".into(),
            token: "store:9".into(),
            sources: vec![ContributingSource {
                path: "orders.yml".into(),
                version: "v2".into(),
            }],
            source_age: None,
        },
    );
    let path = "/api/effective/orders/dev,prod?label=main&key=k&instance=i&min_token=store:9";
    let answer = mesh.get(path).await;
    assert_eq!(
        answer.text(),
        r#"{"app":"orders","profiles":["dev","prod"],"label":"main","config":{"big":12345678901234567890123,"float":1.0},"version":"v2+1f3c9a0b","digest":"d","token":"store:9","sources":[{"path":"orders.yml","version":"v2"}]}"#
    );
    let asked: GetConfigRequest = mesh.service.asked("get_config");
    assert_eq!(
        (asked.profiles, &*asked.key, &*asked.instance),
        (vec!["dev".into(), "prod".into()], "k", "i")
    );
    let held = mesh
        .send(&format!("GET {path}"), &["If-None-Match: \"d\""], "")
        .await;
    assert_eq!(held.status, 304);
}

#[tokio::test]
async fn an_explanation_says_where_each_value_stands() {
    let mesh = start().await;
    let origin = |path: &str| {
        Some(ValueOrigin {
            path: path.into(),
            document: 0,
            version: "v1".into(),
            line: 3,
            column: 7,
        })
    };
    mesh.service.reply(
        "explain_config",
        ExplainConfigResponse {
            values: vec![ExplainedValue {
                key: "port".into(),
                value: "10".into(),
                origin: origin("orders-dev.yml"),
                hidden: vec![HiddenValue {
                    value: "\"9\"".into(),
                    origin: origin("orders.yml"),
                }],
            }],
            version: "v1".into(),
            token: "store:9".into(),
            considered: vec![ConsideredDocument {
                path: "application.yml".into(),
                version: String::new(),
            }],
        },
    );
    let place =
        |path: &str| json!({"path": path, "document": 0, "version": "v1", "line": 3, "column": 7});
    assert_eq!(
        mesh.get("/api/explain/orders/dev?path=port").await.json(),
        json!({
            "version": "v1", "token": "store:9",
            "values": [{
                "key": "port", "value": 10, "origin": place("orders-dev.yml"),
                "hidden": [{"value": "9", "origin": place("orders.yml")}],
            }],
            "considered": [{"path": "application.yml", "version": ""}],
        })
    );
}

#[tokio::test]
async fn sources_are_listed_synced_and_approved() {
    let mesh = start().await;
    let source = Source {
        name: "petclinic".into(),
        kind: "git".into(),
        release: ReleasePolicy::Auto.into(),
        ..Source::default()
    };
    mesh.service.reply(
        "list_sources",
        ListSourcesResponse {
            sources: vec![source.clone()],
            next_page_token: String::new(),
        },
    );
    let list = mesh.get("/api/sources").await.json();
    assert_eq!(
        (&list["sources"][0]["name"], &list["sources"][0]["release"]),
        (&json!("petclinic"), &json!("auto"))
    );
    mesh.service.reply(
        "get_source",
        GetSourceResponse {
            source: Some(source.clone()),
        },
    );
    assert_eq!(
        mesh.get("/api/sources/petclinic").await.json()["kind"],
        "git"
    );
    mesh.service.reply(
        "sync_source",
        SyncSourceResponse {
            source: Some(source.clone()),
        },
    );
    assert_eq!(
        mesh.send("POST /api/sources/petclinic/sync", &[], "")
            .await
            .status,
        200
    );
    mesh.service.reply(
        "approve_source",
        ApproveSourceResponse {
            source: Some(source),
        },
    );
    let json = ["Content-Type: application/json"];
    let line = "POST /api/sources/petclinic/approve";
    assert_eq!(
        mesh.send(line, &json, r#"{"label":"main","commit":"c1"}"#)
            .await
            .status,
        200
    );
    let asked: ApproveSourceRequest = mesh.service.asked("approve_source");
    assert_eq!((&*asked.label, &*asked.commit), ("main", "c1"));
    mesh.send(line, &json, r#"{"label":"main"}"#)
        .await
        .problem(400, "INVALID_ARGUMENT");
}

#[tokio::test]
async fn any_push_notification_makes_the_sources_look() {
    let mesh = start().await;
    mesh.service.reply(
        "notify_sources",
        NotifySourcesResponse {
            names: vec!["petclinic".into()],
        },
    );
    let hosts: [(&[&str], &str); 5] = [
        (
            &["X-GitHub-Event: push", "Content-Type: application/json"],
            r#"{"ref":"refs/heads/main"}"#,
        ),
        (
            &[
                "X-Gitlab-Event: Push Hook",
                "Content-Type: application/json",
            ],
            "{}",
        ),
        (
            &["X-Gitea-Event: push", "Content-Type: application/json"],
            "{",
        ),
        (
            &["Content-Type: application/x-www-form-urlencoded"],
            "path=orders",
        ),
        (&[], ""),
    ];
    for (headers, body) in hosts {
        let answer = mesh.send("POST /monitor?secret=x", headers, body).await;
        assert_eq!(
            (answer.status, answer.json()),
            (200, json!({"sources": ["petclinic"]}))
        );
    }
    mesh.send("POST /monitor?source=petclinic", &[], "").await;
    let asked: NotifySourcesRequest = mesh.service.asked("notify_sources");
    assert_eq!(asked.name, "petclinic");
}
