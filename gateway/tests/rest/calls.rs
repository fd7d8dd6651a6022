//! What each operation of the OpenAPI document says of who may ask for it: that of the calls that
//! it makes, as they are counted behind the gateway.

use std::{collections::BTreeSet, time::Duration};

use serde_json::{Value, json};
use vortex_kit::grpc::Methods;

use crate::{
    mesh::{Mesh, start},
    openapi::operations,
};

/// Nothing waits this long when all is well.
const PATIENCE: Duration = Duration::from_secs(30);

/// Operations that are no calls.
const PROCESS: [&str; 6] = [
    "/",
    "/api/openapi.json",
    "/health",
    "/health/live",
    "/health/ready",
    "/metrics",
];

/// By what a request asks for a WebSocket.
const HANDSHAKE: [&str; 4] = [
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

/// What the gateway asks by itself, for its health.
const OWN: &str = "vortex.config.v1.FreezeService/ListFreezes";

/// What an operation is asked with, so that it makes its calls: query and body.
fn asked(operation: &str) -> (&'static str, &'static str) {
    match operation {
        "applyChange" => ("", r#"{"documents":[{"path":"a.yml","content":"a: 1"}]}"#),
        "approveSource" => ("", r#"{"label":"main","commit":"c1"}"#),
        "createKey" => (
            "",
            r#"{"name":"ci","grants":[{"role":"reader","scopes":["a/**"]}]}"#,
        ),
        "createRollout" => ("", r#"{"change":"v2"}"#),
        "diffVersions" => ("?from=v1&to=v2", ""),
        "editRollout" => ("", r#"{"thresholds":{"max_error_rate":0.1}}"#),
        "endFreezesOfScope" => ("?apps=orders", ""),
        "notifySources" => ("", "{}"),
        "putDocument" => ("", r#"{"a":1}"#),
        "releaseVersion" => ("?version=v2", ""),
        "remediate" => ("", "{}"),
        "reportHeartbeat" => ("", r#"{"app":"orders","instance_id":"i-1"}"#),
        "reportHeartbeatOf" => ("", r#"{"instance_id":"i-1"}"#),
        "reportHeartbeats" => ("", r#"[{"app":"orders","instance_id":"i-1"}]"#),
        "reportRolloutMetrics" => ("", r#"{"arm":"canary","requests":1,"errors":0}"#),
        "resolveArms" => ("", r#"{"keys":["i-1"]}"#),
        "setFreeze" => ("", r#"{"all":true,"reason":"audit"}"#),
        "silenceFleet" | "silenceFleetOfAlert" => ("", r#"{"duration":"2h"}"#),
        "setOverride" => ("", r#"{"values":{"a":1},"expires":"1h","reason":"a test"}"#),
        _ => ("", ""),
    }
}

/// A path in which each place is taken.
fn path(template: &str) -> String {
    let path = template.replace("{id}", "0123456789abcdef");
    path.replace("{name}", "v2").replace(['{', '}'], "")
}

/// Asks for an operation, and gives the calls that were made for it: `package.Service/Method`.
async fn calls(mesh: &Mesh, line: &str, body: &str, first: &str) -> BTreeSet<String> {
    let before = mesh.handled().await;
    let headers = match body {
        "" if line.contains("/ws/") => &HANDSHAKE[..],
        "" => &[],
        _ => &["Content-Type: application/json"],
    };
    let answer = mesh.send(line, headers, body).await;
    assert_ne!(answer.status, 400, "{line}: {}", answer.text());
    let counted = async {
        loop {
            let now = mesh.handled().await;
            let made = now
                .iter()
                .filter(|(call, times)| before.get(*call) < Some(times));
            let made: BTreeSet<_> = made.map(|(call, _)| call.clone()).collect();
            if made.contains(first) {
                return made;
            }
            tokio::task::yield_now().await;
        }
    };
    let counted = tokio::time::timeout(PATIENCE, counted).await;
    counted.unwrap_or_else(|_| panic!("{line} does not call {first}: {}", answer.text()))
}

#[tokio::test]
async fn each_operation_names_the_calls_that_it_makes() {
    let mesh = start().await;
    for (template, method, operation) in operations(&vortex_gateway::openapi()) {
        let id = operation["operationId"].as_str().unwrap_or_default();
        if PROCESS.contains(&&*template) {
            assert_eq!(operation["x-vortex-rpc"], Value::Null, "{template}");
            continue;
        }
        let named = operation["x-vortex-rpc"].as_array();
        let named = named.unwrap_or_else(|| panic!("{method} {template} names no call"));
        let named: Vec<&str> = named.iter().map(|name| name.as_str().unwrap()).collect();
        let (query, body) = asked(id);
        let line = format!("{} {}{query}", method.to_uppercase(), path(&template));
        for call in calls(&mesh, &line, body, named[0]).await {
            let is_named = named.contains(&&*call) || call == OWN;
            assert!(is_named, "{line} calls {call} too");
        }
    }
}

#[test]
fn each_operation_says_what_its_call_needs() {
    let methods = Methods::from_descriptors(vortex_proto::DESCRIPTORS).unwrap();
    for (template, method, operation) in operations(&vortex_gateway::openapi()) {
        let Some(call) = operation["x-vortex-rpc"][0].as_str() else {
            assert_eq!(operation["x-vortex-role"], Value::Null, "{template}");
            continue;
        };
        let rule = methods.rule(&format!("/{call}")).unwrap();
        let role = rule.role().to_string();
        assert_eq!(operation["x-vortex-role"], role, "{method} {template}");
        let said = operation["description"].as_str().unwrap();
        let sentence = match rule.is_of_everything() {
            true => format!("Needs the role `{role}` of everything."),
            false => format!("Needs the role `{role}`."),
        };
        assert!(said.ends_with(&sentence), "{method} {template}: {said}");
        assert_eq!(said.matches("Needs the role").count(), 1, "{said}");
    }
}

#[test]
fn each_operation_says_how_to_show_who_one_is() {
    let document = vortex_gateway::openapi();
    let schemes = document["components"]["securitySchemes"].as_object();
    let schemes: BTreeSet<&str> = schemes.unwrap().keys().map(String::as_str).collect();
    let known = ["apiKey", "basic", "bearer", "urlToken"];
    assert_eq!(schemes, BTreeSet::from(known));
    let headers = json!([{"apiKey": []}, {"bearer": []}, {"basic": []}]);
    for (template, method, operation) in operations(&document) {
        let expected = match &*template {
            "/" | "/api/openapi.json" | "/health/live" | "/health/ready" => json!([]),
            "/health" => json!([{}, {"apiKey": []}, {"bearer": []}, {"basic": []}]),
            "/api/watch/{app}/{profile}" | "/api/rollouts/{id}/watch" | "/ws/{app}/{profile}" => {
                json!([{"apiKey": []}, {"bearer": []}, {"basic": []}, {"urlToken": []}])
            }
            _ => headers.clone(),
        };
        assert_eq!(operation["security"], expected, "{method} {template}");
        let answers = operation["responses"].as_object().unwrap();
        let asks = operation["security"] != json!([]);
        assert_eq!(answers.contains_key("401"), asks, "{method} {template}");
    }
}
