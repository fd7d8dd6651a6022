//! What applications get, and where it comes from.

use serde_json::json;
use vortex_proto::config::v1::*;

use crate::mesh::start;

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
            assignments: Vec::new(),
        },
    );
    let path = "/api/effective/orders/dev,prod?label=main&key=k&instance=i&min_token=store:9";
    let answer = mesh.get(path).await;
    assert_eq!(
        answer.text(),
        r#"{"app":"orders","profiles":["dev","prod"],"label":"main","config":{"big":12345678901234567890123,"float":1.0},"version":"v2+1f3c9a0b","digest":"d","token":"store:9","sources":[{"path":"orders.yml","version":"v2"}],"assignments":[],"unit":null,"key_from":null}"#
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
            assignments: Vec::new(),
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
            "assignments": [],
        })
    );
}
