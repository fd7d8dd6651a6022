//! Overrides: set, read in every form, explained, watched, and gone by themselves.

use std::time::Duration;

use prost_types::Duration as Span;
use serde_json::{Value, json};
use vortex_kit::{clock::Manual, error::Reason};
use vortex_proto::config::v1 as pb;
use vortex_proto::config::v1::watch_config_response::Event;

use super::{Node, Way, both_ways, document, node::put, settings};

fn set(app: &str, profile: &str, values: &Value) -> pb::SetOverrideRequest {
    pb::SetOverrideRequest {
        target: document(app, profile),
        values: values.to_string().into(),
        lasts: Some(Span {
            seconds: 3_600,
            nanos: 0,
        }),
        reason: "incident 4711".to_owned(),
        author: "ada".to_owned(),
        ..Default::default()
    }
}

async fn done(node: &Node, request: pb::SetOverrideRequest) -> pb::Override {
    let set = node.overrides.clone().set_override(request).await;
    set.unwrap().into_inner().r#override.unwrap()
}

fn removal(app: &str, profile: &str) -> pb::RemoveOverrideRequest {
    pb::RemoveOverrideRequest {
        target: document(app, profile),
        ..Default::default()
    }
}

async fn remove(node: &Node, app: &str, profile: &str) -> String {
    let removed = node
        .overrides
        .clone()
        .remove_override(removal(app, profile))
        .await;
    removed.unwrap().into_inner().id
}

async fn get(node: &Node, app: &str, profile: &str) -> pb::Override {
    let request = pb::GetOverrideRequest {
        target: document(app, profile),
    };
    let read = node.overrides.clone().get_override(request).await;
    read.unwrap().into_inner().r#override.unwrap()
}

async fn list(node: &Node, request: pb::ListOverridesRequest) -> pb::ListOverridesResponse {
    let listed = node.overrides.clone().list_overrides(request).await;
    listed.unwrap().into_inner()
}

async fn config(node: &Node, profile: &str) -> pb::GetConfigResponse {
    let request = pb::GetConfigRequest {
        app: "orders".to_owned(),
        profiles: vec![profile.to_owned()],
        ..Default::default()
    };
    let read = node.config.clone().get_config(request).await;
    read.unwrap().into_inner()
}

fn read(reply: &pb::GetConfigResponse) -> Value {
    serde_json::from_slice(&reply.config).unwrap()
}

fn environment_of(profile: &str) -> pb::GetEnvironmentRequest {
    pb::GetEnvironmentRequest {
        view: Some(pb::View {
            apps: vec!["orders".to_owned()],
            profiles: vec![profile.to_owned()],
            labels: Vec::new(),
        }),
        ..Default::default()
    }
}

async fn environment(
    node: &Node,
    request: pb::GetEnvironmentRequest,
) -> pb::GetEnvironmentResponse {
    let read = node.config.clone().get_environment(request).await;
    read.unwrap().into_inner()
}

fn parts(explained: &[pb::ExplainedValue], key: &str) -> Value {
    let value = explained.iter().find(|value| value.key == key).unwrap();
    let origin = value.origin.as_ref().unwrap();
    let hidden = value.hidden.iter().map(|hidden| {
        let value: Value = serde_json::from_slice(&hidden.value).unwrap();
        json!([value, hidden.origin.as_ref().unwrap().path])
    });
    let shown: Value = serde_json::from_slice(&value.value).unwrap();
    json!([shown, origin.path, origin.line, hidden.collect::<Vec<_>>()])
}

both_ways! {
async fn it_is_above_all_documents_in_every_form(way: Way) {
    let (_folder, mut node) = Node::new(way).await;
    let text = "db:\n  pool: 5\n  host: a\nlist: [1, 2]\nsaid: ${db.pool}";
    node.config.put_document(put("orders", "v1", text)).await.unwrap();
    let before = config(&node, "prod").await;
    let etag = environment(&node, environment_of("prod")).await.etag;
    let values = json!({"db.pool": 20, "list[0]": "x"});
    let of_all = done(&node, set("application", "default", &json!({"db.pool": 1, "db.host": "b"}))).await;
    let own = done(&node, set("orders", "prod", &values)).await;
    assert_eq!((&*own.app, &*own.profile, &*own.label), ("orders", "prod", "main"));
    assert_eq!((&*own.principal, &*own.author, &*own.reason), ("anonymous", "ada", "incident 4711"));
    assert_eq!(own.expires_at.unwrap().seconds - own.since.unwrap().seconds, 3_600);
    assert_eq!(get(&node, "orders", "prod").await, own);

    let after = config(&node, "prod").await;
    let expected = json!({"db": {"pool": 20, "host": "b"}, "list": ["x"], "said": "${db.pool}"});
    assert_eq!(read(&after), expected);
    assert_ne!(after.digest, before.digest);
    assert!(after.version.starts_with("v1+"), "{}", after.version);
    let sources: Vec<_> = after.sources.iter().map(|s| (&*s.path, &*s.version)).collect();
    assert_eq!(sources, [
        ("overrides/orders-prod", &*own.id),
        ("overrides/application-default", &*of_all.id),
        ("orders.yml", "v1"),
    ]);
    // another profile has what is of all alone
    assert_eq!(read(&config(&node, "dev").await)["db"], json!({"pool": 1, "host": "b"}));

    let held = pb::GetEnvironmentRequest { if_none_match: etag, ..environment_of("prod") };
    let environment_now = environment(&node, held).await;
    assert!(!environment_now.not_modified);
    let names: Vec<_> = environment_now.sources.iter().map(|source| &*source.name).collect();
    assert_eq!(names, ["overrides", "overrides/application-default", "orders.yml"]);
    let first: Value = serde_json::from_slice(&environment_now.sources[0].properties).unwrap();
    assert_eq!(first, values);
    let origins = pb::GetEnvironmentRequest { origins: true, ..environment_of("prod") };
    let origins = environment(&node, origins).await;
    let first: Value = serde_json::from_slice(&origins.sources[0].properties).unwrap();
    assert_eq!(first["db.pool"], json!({"value": 20, "origin": "overrides/orders-prod"}));

    let file = pb::GetFileRequest {
        app: "orders".to_owned(),
        profiles: vec!["prod".to_owned()],
        path: "orders.yml".to_owned(),
        resolve_placeholders: true,
        ..Default::default()
    };
    let file = node.config.get_file(file).await.unwrap().into_inner();
    let resolved = String::from_utf8(file.content.to_vec()).unwrap();
    assert!(resolved.ends_with("said: 20"), "{resolved}");

    let explain = pb::ExplainConfigRequest {
        app: "orders".to_owned(),
        profiles: vec!["prod".to_owned()],
        ..Default::default()
    };
    let explained = node.config.explain_config(explain).await.unwrap().into_inner();
    assert_eq!(parts(&explained.values, "db.pool"), json!([
        20, "overrides/orders-prod", 0,
        [[1, "overrides/application-default"], [5, "orders.yml"]],
    ]));
    assert_eq!(parts(&explained.values, "list[0]"), json!([
        "x", "overrides/orders-prod", 0, [[1, "orders.yml"], [2, "orders.yml"]],
    ]));
    assert_eq!(explained.considered[0].path, "overrides/orders-prod");
    assert_eq!(explained.considered[0].version, own.id);

    assert_eq!(remove(&node, "orders", "prod").await, own.id);
    assert_eq!(remove(&node, "application", "default").await, of_all.id);
    let again = config(&node, "prod").await;
    assert_eq!((again.digest, again.version), (before.digest, before.version));
    node.stop().await;
}

async fn both_arms_of_a_split_get_it(way: Way) {
    let (_folder, mut node) = Node::new(way).await;
    node.config.put_document(put("orders", "v1", "n: 1\nm: 1")).await.unwrap();
    let staged = pb::PutDocumentRequest { stage_only: true, ..put("orders", "v2", "n: 2\nm: 2") };
    node.config.put_document(staged).await.unwrap();
    let change = pb::GetChangeRequest { name: "v2".to_owned(), ..Default::default() };
    let change = node.config.get_change(change).await.unwrap().into_inner().change.unwrap();
    let split = pb::SetSplitRequest {
        id: "r1".to_owned(),
        label: "main".to_owned(),
        change_sequence: change.sequence,
        percentage: 50.0,
        unit: pb::SplitUnit::Instance.into(),
        generation: 1,
        ..Default::default()
    };
    node.splits.set_split(split).await.unwrap();
    done(&node, set("orders", "default", &json!({"n": 3}))).await;
    let mut seen = std::collections::BTreeSet::new();
    for n in 0..100 {
        let request = pb::GetConfigRequest {
            app: "orders".to_owned(),
            instance: format!("pod-{n}"),
            ..Default::default()
        };
        let reply = node.config.get_config(request).await.unwrap().into_inner();
        let config = read(&reply);
        assert_eq!(config["n"], 3);
        seen.insert(config["m"].to_string());
    }
    assert_eq!(seen.len(), 2);
    node.stop().await;
}

async fn a_repeated_request_gets_the_same_answer(way: Way) {
    let (_folder, node) = Node::new(way).await;
    let once = pb::SetOverrideRequest {
        request_id: "once".to_owned(),
        ..set("orders", "prod", &json!({"a": 1}))
    };
    let first = done(&node, once.clone()).await;
    assert_eq!(done(&node, once.clone()).await, first);
    let end = pb::RemoveOverrideRequest { request_id: "end".to_owned(), ..removal("orders", "prod") };
    let mut overrides = node.overrides.clone();
    for _ in 0..2 {
        let ended = overrides.remove_override(end.clone()).await.unwrap().into_inner();
        assert_eq!(ended.id, first.id);
    }
    // also when it has ended since, which does not set it again
    assert_eq!(done(&node, once).await, first);
    assert!(list(&node, Default::default()).await.overrides.is_empty());
    let gone = node.refused(overrides.remove_override(removal("orders", "prod"))).await;
    assert_eq!(gone.reason(), Reason::OverrideNotFound);
    assert_eq!(gone.metadata()["app"], "orders");
    let request = pb::GetOverrideRequest { target: document("orders", "prod") };
    let gone = node.refused(overrides.get_override(request)).await;
    assert_eq!(gone.reason(), Reason::OverrideNotFound);
    node.stop().await;
}

async fn a_frozen_application_is_overridden(way: Way) {
    let (_folder, node) = Node::new(way).await;
    let freeze = pb::SetFreezeRequest {
        all: true,
        reason: "the audit".to_owned(),
        ..Default::default()
    };
    node.freezes.clone().set_freeze(freeze).await.unwrap();
    done(&node, set("orders", "prod", &json!({"a": 1}))).await;
    assert_eq!(read(&config(&node, "prod").await), json!({"a": 1}));
    node.stop().await;
}

async fn overrides_are_listed_in_pages(way: Way) {
    let (_folder, node) = Node::new(way).await;
    for (app, profile) in [("b", "x"), ("a", "y"), ("a", "x"), ("b", "default")] {
        done(&node, set(app, profile, &json!({"a": 1}))).await;
    }
    let mut told = Vec::new();
    let mut request = pb::ListOverridesRequest { page_size: 3, ..Default::default() };
    loop {
        let page = list(&node, request.clone()).await;
        assert!(page.overrides.len() <= 3);
        told.extend(page.overrides.iter().map(|set| format!("{}-{}", set.app, set.profile)));
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    assert_eq!(told, ["a-x", "a-y", "b-default", "b-x"]);
    let of_b = list(&node, pb::ListOverridesRequest { app: "b".to_owned(), ..Default::default() });
    assert_eq!(of_b.await.overrides.len(), 2);
    // as many as fit in a message
    for n in 0..70 {
        let values = json!({"a": "x".repeat(16_000)});
        done(&node, set(&format!("large-{n}"), "default", &values)).await;
    }
    let page = list(&node, pb::ListOverridesRequest { page_size: 1_000, ..Default::default() }).await;
    assert!(page.overrides.len() < 74 && !page.next_page_token.is_empty());
    node.stop().await;
}

async fn what_makes_no_override_is_refused_by_its_field(way: Way) {
    let (_folder, node) = Node::new(way).await;
    let some = || set("orders", "prod", &json!({"a": 1}));
    let time = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
    let lasts = |seconds| Some(Span { seconds, nanos: 0 });
    let cases = [
        ("values", set("orders", "prod", &json!({}))),
        ("values", set("orders", "prod", &json!({"a": [1]}))),
        ("values", pb::SetOverrideRequest { values: "a=1".into(), ..some() }),
        ("values", pb::SetOverrideRequest { values: vec![0xff].into(), ..some() }),
        ("values", set("orders", "prod", &json!({"a": "x".repeat(70_000)}))),
        ("expires", pb::SetOverrideRequest { lasts: None, ..some() }),
        ("expires", pb::SetOverrideRequest { lasts: None, expires: time(1), ..some() }),
        ("expires", pb::SetOverrideRequest { lasts: lasts(2_592_001), ..some() }),
        ("lasts", pb::SetOverrideRequest { expires: time(1), ..some() }),
        ("lasts", pb::SetOverrideRequest { lasts: lasts(-1), ..some() }),
    ];
    let mut overrides = node.overrides.clone();
    for (field, request) in cases {
        let refused = node.refused(overrides.set_override(request)).await;
        assert_eq!(refused.reason(), Reason::InvalidArgument, "{refused}");
        assert_eq!(refused.fields()[0].field, field, "{refused}");
    }
    let mut unknown = some();
    unknown.target.as_mut().unwrap().label = "nowhere".to_owned();
    let refused = node.refused(overrides.set_override(unknown)).await;
    assert_eq!(refused.reason(), Reason::LabelNotFound);
    let nameless = set("", "prod", &json!({"a": 1}));
    let refused = node.refused(overrides.set_override(nameless)).await;
    assert_eq!(refused.reason(), Reason::InvalidName);
    node.stop().await;
}
}

async fn next(watch: &mut tonic::Streaming<pb::WatchConfigResponse>) -> Event {
    loop {
        let event = watch.message().await.unwrap().unwrap().event.unwrap();
        if !matches!(event, Event::Progress(_)) {
            return event;
        }
    }
}

fn changed(event: Event) -> (Value, String) {
    match event {
        Event::Change(change) => (
            serde_json::from_slice(&change.patch).unwrap(),
            change.digest,
        ),
        event => panic!("{event:?}"),
    }
}

#[tokio::test]
async fn watchers_are_told_when_it_comes_and_when_it_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Manual::starting_at("2026-01-02T03:04:05Z".parse().unwrap());
    let node = Node::start_at(Way::InProcess, settings(&folder), &clock).await;
    let mut client = node.config.clone();
    let text = "some: long enough that a difference is shorter\npool: 5";
    client
        .put_document(put("orders", "v1", text))
        .await
        .unwrap();
    let watched = pb::WatchConfigRequest {
        app: "orders".to_owned(),
        ..Default::default()
    };
    let mut watch = client.watch_config(watched).await.unwrap().into_inner();
    let Event::Snapshot(before) = next(&mut watch).await else {
        panic!("no snapshot");
    };
    let log = pb::WatchLogRequest {
        kinds: vec![
            pb::RecordKind::OverrideSet.into(),
            pb::RecordKind::OverrideEnded.into(),
        ],
        ..Default::default()
    };
    let mut log = client.watch_log(log).await.unwrap().into_inner();
    let own = done(&node, set("orders", "default", &json!({"pool": 20}))).await;
    let replaced = |value: i64| json!([{"op": "replace", "path": "/pool", "value": value}]);
    let (patch, digest) = changed(next(&mut watch).await);
    assert_eq!(patch, replaced(20));
    assert_ne!(digest, before.digest);
    clock.advance(Duration::from_secs(3_599));
    assert_eq!(read(&config(&node, "default").await)["pool"], 20);
    clock.advance(Duration::from_secs(1));
    let (patch, digest) = changed(next(&mut watch).await);
    assert_eq!((patch, digest), (replaced(5), before.digest));
    let mut records = Vec::new();
    while records.len() < 2 {
        let reply = log.message().await.unwrap().unwrap();
        if let Some(pb::watch_log_response::Event::Record(record)) = reply.event {
            records.push(record);
        }
    }
    assert_eq!(records[0].principal, "anonymous");
    let set = pb::record::Body::OverrideSet(own.clone());
    assert_eq!(records[0].body, Some(set));
    assert_eq!(records[1].principal, "expiry");
    let ended = pb::record::Body::OverrideEnded(pb::OverrideEnded {
        overrides: vec![pb::EndedOverride {
            id: own.id,
            app: "orders".to_owned(),
            profile: "default".to_owned(),
            label: "main".to_owned(),
        }],
        expired: true,
        ..Default::default()
    });
    assert_eq!(records[1].body, Some(ended));
    node.stop().await;
}

#[tokio::test]
async fn it_outlives_the_process_and_is_over_at_the_start_if_its_time_is() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Manual::starting_at("2026-01-02T03:04:05Z".parse().unwrap());
    let node = Node::start_at(Way::InProcess, settings(&folder), &clock).await;
    let own = done(&node, set("orders", "prod", &json!({"a": 1}))).await;
    node.stop().await;
    let node = Node::start_at(Way::InProcess, settings(&folder), &clock).await;
    assert_eq!(get(&node, "orders", "prod").await, own);
    assert_eq!(read(&config(&node, "prod").await), json!({"a": 1}));
    let rendered = node.runtime.metrics.render();
    assert!(rendered.contains("\nvortex_overrides 1\n"), "{rendered}");
    node.stop().await;
    clock.advance(Duration::from_secs(3_600));
    let node = Node::start_at(Way::InProcess, settings(&folder), &clock).await;
    while !list(&node, Default::default()).await.overrides.is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(read(&config(&node, "prod").await), json!({}));
    node.stop().await;
}
