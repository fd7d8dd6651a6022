//! The OpenAPI document: valid, and of the routes there are.

use std::{collections::BTreeSet, fs};

use serde::Serialize;
use serde_json::{Serializer, Value, ser::PrettyFormatter};

use crate::mesh::start;

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

pub(crate) fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let all = paths.iter().flat_map(|(path, item)| {
        let methods = METHODS.iter().filter(|method| item.get(**method).is_some());
        methods.map(|method| (path.clone(), (*method).to_owned(), item[*method].clone()))
    });
    all.collect()
}

#[tokio::test]
async fn what_is_served_is_what_the_handlers_say() {
    let mesh = start().await;
    let served = mesh.get("/api/openapi.json").await;
    assert_eq!(served.header("content-type"), "application/json");
    assert_eq!(served.json(), vortex_gateway::openapi());
    assert!(served.json()["openapi"].as_str().unwrap().starts_with("3."));
}

/// As it is kept: a line for each member, without indentation, since it is served so.
fn written() -> String {
    let mut bytes = Vec::new();
    let lines = PrettyFormatter::with_indent(b"");
    vortex_gateway::openapi()
        .serialize(&mut Serializer::with_formatter(&mut bytes, lines))
        .unwrap();
    String::from_utf8(bytes).unwrap() + "\n"
}

/// After a change of the handlers, `VORTEX_WRITE=1` writes the document again.
#[test]
fn what_is_kept_is_what_the_handlers_say() {
    const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let written = written();
    if std::env::var_os("VORTEX_WRITE").is_some() {
        fs::write(PATH, &written).unwrap();
    }
    assert!(
        fs::read_to_string(PATH).unwrap() == written,
        "VORTEX_WRITE=1 writes gateway/openapi.json anew"
    );
}

#[tokio::test]
async fn every_route_described_is_there_and_takes_its_methods() {
    let mesh = start().await;
    for (path, method, _) in operations(&mesh.get("/api/openapi.json").await.json()) {
        let path = path.replace(['{', '}'], "");
        let line = format!("{} {path}", method.to_uppercase());
        let answer = mesh.send(&line, &[], "").await;
        let code = match answer.header("content-type") {
            "application/problem+json" => answer.json()["code"].clone(),
            _ => Value::Null,
        };
        assert!(
            code != "NOT_FOUND" && code != "METHOD_NOT_ALLOWED",
            "{line}: {code}"
        );
    }
}

#[tokio::test]
async fn every_route_of_the_contract_is_described() {
    let document = vortex_gateway::openapi();
    let described: BTreeSet<String> = operations(&document)
        .into_iter()
        .map(|(path, method, _)| format!("{method} {path}"))
        .collect();
    for route in [
        "get /{app}/{profiles}",
        "get /{app}/{profiles}/{label}",
        "get /{app}-{profiles}.yml",
        "get /{label}/{app}-{profiles}.properties",
        "get /{app}/{profile}/{label}/{path}",
        "post /monitor",
        "get /api/sources",
        "get /api/sources/{name}",
        "post /api/sources/{name}/sync",
        "post /api/sources/{name}/approve",
        "post /api/sources/{name}/detach",
        "get /api/configs",
        "put /api/configs/{app}/{profile}",
        "get /api/configs/{app}/{profile}",
        "delete /api/configs/{app}/{profile}",
        "get /api/configs/{app}/{profile}/versions",
        "get /api/configs/{app}/{profile}/diff",
        "post /api/configs/{app}/{profile}/release",
        "post /api/changes",
        "get /api/changes",
        "get /api/changes/{name}",
        "post /api/changes/{name}/release",
        "post /api/changes/{name}/discard",
        "get /api/effective/{app}/{profile}",
        "get /api/explain/{app}/{profile}",
        "get /api/watch/{app}/{profile}",
        "post /api/rollouts",
        "get /api/rollouts",
        "get /api/rollouts/{id}",
        "delete /api/rollouts/{id}",
        "post /api/rollouts/{id}/start",
        "post /api/rollouts/{id}/promote",
        "post /api/rollouts/{id}/pause",
        "post /api/rollouts/{id}/resume",
        "post /api/rollouts/{id}/rollback",
        "post /api/rollouts/{id}/complete",
        "post /api/rollouts/{id}/revert",
        "get /api/rollouts/{id}/audit",
        "get /api/rollouts/{id}/analysis",
        "post /api/rollouts/{id}/metrics",
        "get /api/rollouts/{id}/watch",
        "get /api/breaker",
        "post /api/breaker/reset",
        "get /api/freezes",
        "post /api/freezes",
        "delete /api/freezes",
        "delete /api/freezes/{id}",
        "get /api/keys",
        "post /api/keys",
        "get /api/keys/{id}",
        "post /api/keys/{id}/revoke",
        "post /api/keys/{id}/rotate",
        "get /api/overrides",
        "get /api/overrides/{app}/{profile}",
        "put /api/overrides/{app}/{profile}",
        "delete /api/overrides/{app}/{profile}",
        "post /heartbeat",
        "post /api/heartbeats",
        "post /api/drift/heartbeat/{app}/{profile}",
        "get /api/drift",
        "get /api/drift/{app}/{profile}",
        "post /api/drift/{app}/{profile}/silence",
        "post /api/drift/{app}/{profile}/remediate",
        "get /api/drift/alerts",
        "post /api/drift/alerts/{id}/ack",
        "post /api/drift/alerts/{id}/silence",
        "get /api/instances",
        "get /api/instances/{app}/{profile}",
        "get /api/instances/{app}/{profile}/{instance}",
        "get /api/splits",
        "get /api/splits/{id}",
        "get /api/openapi.json",
        "get /health",
        "get /health/live",
        "get /health/ready",
        "get /metrics",
        "get /",
        "get /api/status",
    ] {
        assert!(described.contains(route), "{route} is not in {described:?}");
    }
}

#[test]
fn the_document_is_whole() {
    let document = vortex_gateway::openapi();
    let mut references = Vec::new();
    collect_references(&document, &mut references);
    for reference in references {
        let pointer = reference
            .strip_prefix('#')
            .expect("a reference within the document");
        assert!(
            document.pointer(pointer).is_some(),
            "{reference} names nothing"
        );
    }
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        if let Some(id) = operation["operationId"].as_str() {
            assert!(ids.insert(id.to_owned()), "{id} is not unique");
        }
        let parameters = operation["parameters"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let in_path = parameters
            .iter()
            .filter(|parameter| parameter["in"] == "path");
        let named: BTreeSet<_> = in_path
            .map(|parameter| parameter["name"].as_str().unwrap())
            .collect();
        let templated: BTreeSet<_> = path
            .split('{')
            .skip(1)
            .map(|part| part.split('}').next().unwrap())
            .collect();
        assert_eq!(named, templated, "{method} {path}");
        let responses = operation["responses"].as_object().unwrap();
        assert!(
            responses.contains_key("101")
                || responses.contains_key("200")
                || responses.contains_key("201")
                || responses.contains_key("204"),
            "{method} {path}"
        );
        assert!(
            operation["summary"]
                .as_str()
                .is_some_and(|text| !text.is_empty()),
            "{method} {path}"
        );
        assert!(
            !operation["tags"].as_array().unwrap().is_empty(),
            "{method} {path}"
        );
    }
}

#[test]
fn each_operation_says_how_it_may_be_refused() {
    let document = vortex_gateway::openapi();
    for (path, method, operation) in operations(&document) {
        let responses = operation["responses"].as_object().unwrap();
        for status in ["400", "500", "503"] {
            assert!(responses.contains_key(status), "{method} {path}: {status}");
        }
        assert!(!responses.contains_key("default"), "{method} {path}");
        let is_write = method != "get";
        assert_eq!(responses.contains_key("507"), is_write, "{method} {path}");
    }
}

#[test]
fn names_are_bounded_and_events_are_objects() {
    let document = vortex_gateway::openapi();
    let read = &document["paths"]["/api/configs/{app}/{profile}"]["get"];
    let app = &read["parameters"][0];
    assert_eq!(app["schema"]["pattern"], "^[A-Za-z0-9._-]+$", "{app}");
    assert_eq!(app["schema"]["maxLength"], 128);
    let watch = &document["paths"]["/api/watch/{app}/{profile}"]["get"];
    let events = &watch["responses"]["200"]["content"]["text/event-stream"]["schema"]["oneOf"];
    let named = events.as_array().unwrap().iter();
    let named: Vec<_> = named
        .map(|event| event["properties"]["event"]["const"].clone())
        .collect();
    assert_eq!(named, ["snapshot", "change", "problem"]);
}

fn collect_references(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                into.push(reference.clone());
            }
            members
                .values()
                .for_each(|member| collect_references(member, into));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_references(item, into)),
        _ => {}
    }
}
