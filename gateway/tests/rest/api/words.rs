//! What people meet first: where to go, and what is wrong with a request.

use serde_json::json;
use vortex_proto::config::v1::*;

use crate::mesh::start;

#[tokio::test]
async fn the_root_says_what_this_is_and_where_to_go() {
    let mesh = start().await;
    let text = mesh.get("/").await;
    assert_eq!(text.status, 200);
    assert!(text.text().contains("/api/openapi.json"), "{text:?}");
    let json = mesh.send("GET /", &["Accept: application/json"], "").await;
    assert_eq!(json.json()["links"]["api"], "/api/openapi.json");
    mesh.send("POST /", &[], "")
        .await
        .problem(405, "METHOD_NOT_ALLOWED");
}

#[tokio::test]
async fn errors_name_what_the_caller_wrote_and_what_would_be_right() {
    let mesh = start().await;
    for (line, body, field, detail) in [
        (
            "GET /api/configs?page_size=many",
            "",
            "page_size",
            "must be a whole number from 0 to 4294967295, not \"many\"",
        ),
        (
            "PUT /api/configs/orders/prod?stage_only=yes",
            "a: 1",
            "stage_only",
            "must be true or false, not \"yes\"",
        ),
        (
            "GET /api/configs?lable=main",
            "",
            "lable",
            "is not known here; did you mean label?",
        ),
        (
            "GET /api/rollouts?state=runing",
            "",
            "state",
            "must be one of created, running, paused, completed, rolled_back, superseded, not \
             \"runing\"",
        ),
        (
            "POST /api/changes",
            r#"{"documents": [{"content": "a: 1"}]}"#,
            "documents[0].path",
            "is missing",
        ),
        (
            "POST /api/changes",
            "[]",
            "body",
            "must be an object, not a list",
        ),
        (
            "GET /orders-dev.yml?resolvePlaceholders=1",
            "",
            "resolvePlaceholders",
            "must be true or false, not \"1\"",
        ),
    ] {
        let headers: &[&str] = match line.starts_with("POST") {
            true => &["Content-Type: application/json"],
            false => &[],
        };
        let problem = mesh
            .send(line, headers, body)
            .await
            .problem(400, "INVALID_ARGUMENT");
        let expected = json!([{"field": field, "detail": detail}]);
        assert_eq!(problem["errors"], expected, "{line}");
        assert_eq!(problem["detail"], format!("{field}: {detail}"));
    }
}

#[tokio::test]
async fn a_list_has_a_tag_and_who_holds_it_gets_nothing_new() {
    let mesh = start().await;
    let sources = |name: &str| ListSourcesResponse {
        sources: vec![Source {
            name: name.to_owned(),
            ..Source::default()
        }],
        next_page_token: String::new(),
    };
    mesh.service.reply("list_sources", sources("one"));
    let first = mesh.get("/api/sources").await;
    let held = format!("If-None-Match: {}", first.header("etag"));
    assert!(first.header("etag").len() > 32, "{first:?}");
    let same = mesh.send("GET /api/sources", &[&held], "").await;
    assert_eq!((same.status, same.text()), (304, ""));
    assert_eq!(same.header("etag"), first.header("etag"));
    mesh.service.reply("list_sources", sources("two"));
    let other = mesh.send("GET /api/sources", &[&held], "").await;
    assert_eq!(other.json()["sources"][0]["name"], "two");
    assert_ne!(other.header("etag"), first.header("etag"));
}
