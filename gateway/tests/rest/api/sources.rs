//! Repositories that feed labels.

use serde_json::json;
use vortex_proto::config::v1::*;

use crate::mesh::start;

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
async fn a_source_that_is_not_configured_is_shown_so_and_detached() {
    let mesh = start().await;
    mesh.service.reply(
        "get_source",
        GetSourceResponse {
            source: Some(Source {
                name: "old".into(),
                state: SourceState::NotConfigured.into(),
                ..Source::default()
            }),
        },
    );
    let shown = mesh.get("/api/sources/old").await.json();
    assert_eq!(shown["state"], "not_configured");
    mesh.service.reply(
        "detach_source",
        DetachSourceResponse {
            labels: vec!["main".into()],
        },
    );
    let answer = mesh.send("POST /api/sources/old/detach", &[], "").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json(), json!({"labels": ["main"]}));
    let asked: DetachSourceRequest = mesh.service.asked("detach_source");
    assert_eq!(asked.name, "old");
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
