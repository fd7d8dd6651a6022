//! Reads that are answered from views.

mod access;
mod never_older;
mod splits;

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use serde_json::json;
use vortex_kit::{clock::Manual, process::Runtime};
use vortex_proto::config::v1::{
    ContributingSource, GetConfigResponse, GetEnvironmentResponse, PropertySource,
    PutDocumentResponse, SourceAge, ViewState, ViewVariant,
};

use crate::{
    client::Answer,
    mesh::{Mesh, Way, settings, start, start_on},
    views_stream::{STORE, view_of},
    watch::metric,
};

const PATH: &str = "/api/effective/orders/dev";

/// The configuration at a position.
fn at(position: usize) -> GetConfigResponse {
    GetConfigResponse {
        app: "orders".to_owned(),
        profiles: vec!["dev".to_owned()],
        label: "main".to_owned(),
        config: format!(r#"{{"at":{position}}}"#).into(),
        version: format!("v{position}"),
        digest: format!("d{position}"),
        token: format!("{STORE}:{position}"),
        sources: vec![ContributingSource {
            path: "orders.yml".to_owned(),
            version: format!("v{position}"),
        }],
        source_age: Some(SourceAge {
            source: "git".to_owned(),
            last_success: Some(prost_types::Timestamp {
                seconds: 1_700_000_000,
                nanos: 0,
            }),
        }),
        ..GetConfigResponse::default()
    }
}

/// Serves the configuration of a position, by views and to who asks.
fn serve(mesh: &Mesh, position: usize) {
    mesh.service.reply("get_config", at(position));
    let view = view_of(&at(position));
    mesh.service.views(|views| views.serve(view));
}

/// The same, but no stream tells of it yet.
fn serve_untold(mesh: &Mesh, position: usize) {
    for id in mesh.service.views(|views| views.streams()) {
        mesh.service.views(|views| views.stall(id, true));
    }
    serve(mesh, position);
}

fn tell(mesh: &Mesh) {
    for id in mesh.service.views(|views| views.streams()) {
        mesh.service.views(|views| views.stall(id, false));
    }
}

/// Reads until an answer is from a view, which has to be soon.
async fn until_held(mesh: &Mesh, path: &str, method: &str) -> Answer {
    for _ in 0..2_000 {
        let asked = mesh.service.calls(method);
        let answer = mesh.get(path).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        if mesh.service.calls(method) == asked {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("{path} is never answered from a view");
}

/// How many reads config-svc is asked for by one.
async fn asks(mesh: &Mesh, path: &str) -> (usize, Answer) {
    let before = mesh.service.calls("get_config");
    let answer = mesh.get(path).await;
    (mesh.service.calls("get_config") - before, answer)
}

async fn mesh() -> Mesh {
    let mesh = start().await;
    serve(&mesh, 7);
    mesh
}

#[tokio::test]
async fn what_is_read_twice_is_answered_from_a_view_as_config_svc_answers_it() {
    let mesh = mesh().await;
    let asked = mesh.get(PATH).await;
    assert!(mesh.service.views(|views| views.asked()).is_empty());
    let held = until_held(&mesh, PATH, "get_config").await;
    let views = mesh.service.views(|views| views.asked());
    assert_eq!(views, ["orders/dev/main VIEW_CONTENT_CONFIG"]);
    assert_eq!(held.text(), asked.text());
    for header in [
        "etag",
        "x-vortex-version",
        "x-vortex-revision",
        "x-vortex-source-last-success",
    ] {
        assert_eq!(held.header(header), asked.header(header), "{header}");
        assert!(!held.header(header).is_empty(), "{header}");
    }
    let tag = format!("If-None-Match: {}", held.header("etag"));
    let again = mesh.send(&format!("GET {PATH}"), &[&tag], "").await;
    assert_eq!(again.status, 304);
    // another label is another view, and several profiles are one
    assert_eq!(asks(&mesh, &format!("{PATH}?label=other")).await.0, 1);
    until_held(&mesh, "/api/effective/orders/dev,eu", "get_config").await;
    serve(&mesh, 8);
    let newest = format!("{PATH}?min_token={STORE}:8");
    assert_eq!(mesh.get(&newest).await.json()["config"], json!({"at": 8}));
}

fn environment(position: usize, origins: bool) -> (GetEnvironmentResponse, ViewState) {
    let reply = GetEnvironmentResponse {
        sources: vec![PropertySource {
            name: "orders.yml".to_owned(),
            path: "orders.yml".to_owned(),
            properties: format!(r#"{{"at":{position}}}"#).into(),
        }],
        version: format!("c{position}"),
        digest: format!("s{position}"),
        token: format!("{STORE}:{position}"),
        etag: format!(
            "s{position}-c{position}{}",
            if origins { "-origins" } else { "" }
        ),
        ..GetEnvironmentResponse::default()
    };
    let variant = ViewVariant {
        environment_version: reply.version.clone(),
        environment_digest: reply.digest.clone(),
        property_sources: reply.sources.clone(),
        etag: reply.etag.clone(),
        ..ViewVariant::default()
    };
    let view = ViewState {
        token: reply.token.clone(),
        variants: vec![variant],
        ..ViewState::default()
    };
    (reply, view)
}

#[tokio::test]
async fn springs_forms_are_answered_from_a_view_too() {
    let mesh = start().await;
    let (reply, view) = environment(7, false);
    mesh.service.reply("get_environment", reply);
    mesh.service.views(|views| views.serve(view));
    for path in ["/orders/dev", "/orders-dev.yml", "/main/orders-dev.json"] {
        let asked = mesh.get(path).await;
        let held = until_held(&mesh, path, "get_environment").await;
        assert_eq!(held.text(), asked.text());
        for header in [
            "content-type",
            "etag",
            "x-vortex-version",
            "x-vortex-revision",
        ] {
            assert_eq!(held.header(header), asked.header(header), "{path} {header}");
        }
    }
    let views = mesh.service.views(|views| views.asked());
    assert_eq!(
        views,
        ["orders/dev/main VIEW_CONTENT_ENVIRONMENT"],
        "one for all forms"
    );
    // several applications are no fleet
    for _ in 0..5 {
        let asked = mesh.service.calls("get_environment");
        mesh.get("/orders,billing/dev").await;
        assert_eq!(mesh.service.calls("get_environment"), asked + 1);
    }
    let (reply, view) = environment(8, false);
    mesh.service.reply("get_environment", reply);
    mesh.service.views(|views| views.serve(view));
    let newest = mesh.get(&format!("/orders/dev?min_token={STORE}:8")).await;
    assert_eq!(newest.header("etag"), "\"s8-c8\"");
}

#[tokio::test]
async fn no_read_is_older_than_what_was_written_or_told() {
    let mesh = mesh().await;
    until_held(&mesh, PATH, "get_config").await;
    serve_untold(&mesh, 9);
    assert_eq!(
        asks(&mesh, PATH).await.0,
        0,
        "nobody knows of anything newer"
    );
    // a token that was asked for
    let (asked, answer) = asks(&mesh, &format!("{PATH}?min_token={STORE}:9")).await;
    assert_eq!((asked, &answer.json()["config"]["at"]), (1, &json!(9)));
    // and so was told, which all others have to be told, too
    assert_eq!(asks(&mesh, PATH).await.0, 1);
    tell(&mesh);
    until_held(&mesh, PATH, "get_config").await;
    // a write
    serve_untold(&mesh, 11);
    let written = PutDocumentResponse {
        token: format!("{STORE}:11"),
        ..PutDocumentResponse::default()
    };
    mesh.service.reply("put_document", written);
    let json = ["Content-Type: application/json"];
    mesh.send("PUT /api/configs/billing/dev", &json, "{\"a\":1}")
        .await;
    let (asked, answer) = asks(&mesh, PATH).await;
    assert_eq!((asked, &answer.json()["config"]["at"]), (1, &json!(11)));
    tell(&mesh);
    until_held(&mesh, PATH, "get_config").await;
    // what another store said is nothing to compare with
    let other = "fedcba9876543210fedcba9876543210";
    let (asked, _) = asks(&mesh, &format!("{PATH}?min_token={other}:1")).await;
    assert_eq!(asked, 1);
    for result in ["hit", "miss", "stale", "bypass"] {
        let series = format!(r#"cache_operations_total{{operation="config",result="{result}"}}"#);
        assert_ne!(metric(&mesh, &series).await, "0", "{result}");
    }
}

#[tokio::test]
async fn a_view_of_a_stream_that_has_gone_silent_is_not_trusted() {
    let clock = Manual::starting_at(Timestamp::UNIX_EPOCH);
    let runtime = Runtime::new("gateway", "0.0.0", Arc::new(clock.clone()));
    let mesh = start_on(runtime, settings(), Way::InProcess).await;
    serve(&mesh, 7);
    until_held(&mesh, PATH, "get_config").await;
    mesh.service.views(|views| views.fall_silent());
    clock.advance(Duration::from_millis(3_001));
    assert_eq!(asks(&mesh, PATH).await.0, 1);
    let mut watch = crate::watch::open(&mesh, "", "").await;
    mesh.service.called("watch_config", 1).await;
    mesh.service.watched(at(8));
    drop(watch);
    watch = crate::watch::open(&mesh, "", "").await;
    crate::watch::until(&mut watch, "event: snapshot").await;
}
