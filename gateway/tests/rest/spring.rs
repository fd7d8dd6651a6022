//! Spring's routes as Spring's clients use them.

use serde_json::json;
use vortex_kit::error::{Fault, Reason};
use vortex_proto::config::v1::{
    GetEnvironmentRequest, GetEnvironmentResponse, GetFileRequest, GetFileResponse, PropertySource,
    SourceAge,
};

use crate::mesh::{Mesh, Way, settings, start, start_with};

const V2: &str = "application/vnd.spring-cloud.config-server.v2+json";

fn environment() -> GetEnvironmentResponse {
    let source = |name: &str, properties: &'static str| PropertySource {
        name: name.to_owned(),
        path: name.to_owned(),
        properties: properties.into(),
    };
    GetEnvironmentResponse {
        sources: vec![
            source(
                "orders-dev.yml",
                r#"{"port":10,"list[0]":"${name}","name":"ä"}"#,
            ),
            source(
                "orders.yml",
                r#"{"port":"9","big":12345678901234567890123}"#,
            ),
        ],
        version: "858a760b".to_owned(),
        digest: "d1".to_owned(),
        token: "store:7".to_owned(),
        source_age: None,
        etag: "d1-858a760b".to_owned(),
        not_modified: false,
        assignments: Vec::new(),
    }
}

async fn mesh() -> Mesh {
    let mesh = start().await;
    mesh.service.reply("get_environment", environment());
    mesh
}

fn asked(mesh: &Mesh) -> GetEnvironmentRequest {
    mesh.service.asked("get_environment")
}

#[tokio::test]
async fn an_environment_is_what_springs_clients_expect() {
    let mesh = mesh().await;
    let answer = mesh.get("/orders/dev,prod").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(
        answer.text(),
        r#"{"name":"orders","profiles":["dev,prod"],"label":null,"version":"858a760b","state":"","propertySources":[{"name":"orders-dev.yml","source":{"port":10,"list[0]":"${name}","name":"ä"}},{"name":"orders.yml","source":{"port":"9","big":12345678901234567890123}}]}"#
    );
    let view = asked(&mesh).view.unwrap();
    assert_eq!(
        (view.apps, view.profiles),
        (vec!["orders".into()], vec!["dev".into(), "prod".into()])
    );
    assert!(view.labels.is_empty());
}

#[tokio::test]
async fn it_is_the_same_over_a_network() {
    let mesh = start_with(settings(), Way::Network).await;
    mesh.service.reply("get_environment", environment());
    let answer = mesh.get("/orders/dev/feature(_)x").await;
    assert_eq!(answer.json()["label"], "feature/x");
    assert_eq!(asked(&mesh).view.unwrap().labels, ["feature/x"]);
    mesh.service.fail(
        "get_environment",
        Fault::new(Reason::LabelNotFound, "no such label").with("label", "x"),
    );
    let problem = mesh
        .get("/orders/dev/x")
        .await
        .problem(404, "LABEL_NOT_FOUND");
    assert_eq!(problem["label"], "x");
}

#[tokio::test]
async fn origins_are_given_to_those_who_accept_them() {
    let mesh = mesh().await;
    let accept = format!("Accept: {V2}, application/json");
    let answer = mesh.send("GET /orders/dev", &[&accept], "").await;
    assert_eq!(answer.header("content-type"), V2);
    assert!(asked(&mesh).origins);
    let plain = mesh.get("/orders/dev").await;
    assert_eq!(plain.header("content-type"), "application/json");
    let asked = asked(&mesh);
    assert!(!asked.origins);
    assert_eq!(asked.if_none_match, "", "the other form is another answer");
}

#[tokio::test]
async fn where_no_view_says_it_config_svc_is_asked_and_sends_only_what_changed() {
    let mesh = mesh().await;
    let first = mesh.get("/orders/dev").await;
    assert_eq!(asked(&mesh).if_none_match, "");
    let unchanged = GetEnvironmentResponse {
        not_modified: true,
        token: "store:8".to_owned(),
        ..GetEnvironmentResponse::default()
    };
    mesh.service.reply("get_environment", unchanged);
    let again = mesh.get("/orders/dev").await;
    assert_eq!(asked(&mesh).if_none_match, "d1-858a760b");
    assert_eq!((again.status, again.text()), (200, first.text()));
    assert_eq!(again.header("etag"), first.header("etag"));
    assert_eq!(again.header("x-vortex-version"), "858a760b");
    assert_eq!(again.header("x-vortex-revision"), "store:8");
    let mut moved = environment();
    moved.etag = "d2-later".to_owned();
    moved.sources.truncate(1);
    mesh.service.reply("get_environment", moved);
    let changed = mesh.get("/orders/dev").await;
    assert_eq!(changed.header("etag"), "\"d2-later\"");
    assert_ne!(changed.text(), first.text());
}

#[tokio::test]
async fn whoever_holds_an_answer_is_not_sent_it_again() {
    let mesh = mesh().await;
    let first = mesh.get("/orders/dev").await;
    assert_eq!(first.header("x-vortex-version"), "858a760b");
    assert_eq!(first.header("x-vortex-revision"), "store:7");
    let held = format!("If-None-Match: {}", first.header("etag"));
    let again = mesh.send("GET /orders/dev", &[&held], "").await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert_eq!(again.header("etag"), first.header("etag"));
    let mut moved = environment();
    moved.etag = "d1-later".to_owned();
    mesh.service.reply("get_environment", moved);
    assert_eq!(mesh.send("GET /orders/dev", &[&held], "").await.status, 200);
}

#[tokio::test]
async fn instance_key_and_token_are_passed_on() {
    let mesh = mesh().await;
    let headers = [
        "X-Vortex-Instance: i-1",
        "X-Vortex-Key: k-1",
        "X-Config-Token: t",
    ];
    let path = "GET /orders/dev?min_token=store:5&unknown=is+fine";
    assert_eq!(mesh.send(path, &headers, "").await.status, 200);
    let asked = asked(&mesh);
    assert_eq!(
        (&*asked.instance, &*asked.key, &*asked.min_token),
        ("i-1", "k-1", "store:5")
    );
}

#[tokio::test]
async fn the_age_of_a_source_is_told() {
    let mesh = start().await;
    let mut environment = environment();
    environment.source_age = Some(SourceAge {
        source: "petclinic".to_owned(),
        last_success: Some(prost_types::Timestamp {
            seconds: 1_000_000_000,
            nanos: 0,
        }),
    });
    mesh.service.reply("get_environment", environment);
    let answer = mesh.get("/orders/dev").await;
    assert_eq!(
        answer.header("x-vortex-source-last-success"),
        "2001-09-09T01:46:40Z"
    );
}

#[tokio::test]
async fn flat_forms_are_nested_and_resolved_unless_told_otherwise() {
    let mesh = mesh().await;
    let json = mesh.get("/orders-dev.json").await;
    assert_eq!(json.header("content-type"), "application/json");
    assert_eq!(json.json()["port"], 10);
    assert_eq!(json.json()["list"], json!(["ä"]));
    assert!(json.text().contains("12345678901234567890123"));
    let yml = mesh
        .get("/main/orders-dev.yml?resolvePlaceholders=false")
        .await;
    assert_eq!(yml.header("content-type"), "text/plain");
    assert!(yml.text().contains("- ${name}"), "{}", yml.text());
    assert_eq!(asked(&mesh).view.unwrap().labels, ["main"]);
    let properties = mesh.get("/orders-dev.properties").await;
    assert!(
        properties.text().lines().any(|line| line == "list[0]: ä"),
        "{}",
        properties.text()
    );
    assert_eq!(
        mesh.get("/orders-dev.yaml").await.text(),
        mesh.get("/orders-dev.yml").await.text()
    );
}

#[tokio::test]
async fn placeholders_that_need_each_other_are_refused() {
    let mesh = start().await;
    let mut environment = environment();
    environment.sources[0].properties = r#"{"a":"${b}","b":"${a}"}"#.into();
    mesh.service.reply("get_environment", environment);
    mesh.get("/orders-dev.yml")
        .await
        .problem(400, "INVALID_ARGUMENT");
    assert_eq!(
        mesh.get("/orders-dev.yml?resolvePlaceholders=false")
            .await
            .status,
        200
    );
    mesh.get("/orders-dev.yml?resolvePlaceholders=maybe")
        .await
        .problem(400, "INVALID_ARGUMENT");
}

#[tokio::test]
async fn a_file_is_text_with_its_bytes_as_they_are() {
    let mesh = start().await;
    mesh.service.reply(
        "get_file",
        GetFileResponse {
            content: "server { listen 80; }\n".into(),
            media_type: "text/plain".into(),
            path: "files/nginx-dev.conf".into(),
            version: "v1".into(),
            digest: "d".into(),
            token: "store:7".into(),
            assignments: Vec::new(),
        },
    );
    let answer = mesh
        .get("/orders/dev/v1.0/files/nginx.conf?resolvePlaceholders=false")
        .await;
    assert_eq!(answer.header("content-type"), "text/plain;charset=UTF-8");
    assert_eq!(answer.text(), "server { listen 80; }\n");
    assert_eq!(
        (answer.header("etag"), answer.header("x-vortex-version")),
        ("\"d\"", "v1")
    );
    let asked: GetFileRequest = mesh.service.asked("get_file");
    assert_eq!((&*asked.label, &*asked.path), ("v1.0", "files/nginx.conf"));
    assert!(!asked.resolve_placeholders);
    mesh.get("/orders/dev/a,b/files/nginx.conf")
        .await
        .problem(400, "INVALID_ARGUMENT");
}

#[tokio::test]
async fn head_and_options_are_answered_and_writes_are_not() {
    let mesh = mesh().await;
    let get = mesh.get("/orders/dev").await;
    let head = mesh.send("HEAD /orders/dev", &[], "").await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), get.body.len().to_string());
    let options = mesh.send("OPTIONS /orders/dev", &[], "").await;
    assert_eq!(
        (options.status, options.header("allow")),
        (204, "GET, HEAD, OPTIONS")
    );
    let post = mesh.send("POST /orders/dev", &[], "x").await;
    post.problem(405, "METHOD_NOT_ALLOWED");
    assert_eq!(post.header("allow"), "GET, HEAD, OPTIONS");
}

#[tokio::test]
async fn reserved_names_never_reach_springs_routes() {
    let mesh = mesh().await;
    for first in [
        "api",
        "ws",
        "health",
        "metrics",
        "heartbeat",
        "encrypt",
        "decrypt",
        "monitor",
        "%61pi",
    ] {
        mesh.get(&format!("/{first}/default"))
            .await
            .problem(404, "NOT_FOUND");
    }
    assert_eq!(mesh.service.calls("get_environment"), 0);
}

#[tokio::test]
async fn a_prefix_moves_springs_routes_and_no_others() {
    let mut settings = settings();
    settings.spring_prefix = "/config".parse().unwrap();
    let mesh = start_with(settings, Way::InProcess).await;
    mesh.service.reply("get_environment", environment());
    assert_eq!(mesh.get("/config/orders/dev").await.status, 200);
    mesh.get("/orders/dev").await.problem(404, "NOT_FOUND");
    mesh.get("/config").await.problem(404, "NOT_FOUND");
    assert_eq!(mesh.get("/health/ready").await.status, 200);
}
