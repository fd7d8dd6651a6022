//! API keys: created, listed, watched, rotated, revoked; and their secrets nowhere.

use std::{fs, path::Path, time::Duration};

use vortex_kit::{
    clock::Manual,
    error::{Fault, Reason},
};
use vortex_proto::{
    access::v1::{self as access, watch_keys_response::Event},
    config::v1 as pb,
};

use super::{Node, Way, both_ways, settings};

fn reader(name: &str) -> access::CreateKeyRequest {
    access::CreateKeyRequest {
        name: name.to_owned(),
        grants: vec![access::Grant {
            role: "reader".to_owned(),
            scopes: vec!["payments".to_owned()],
        }],
        ..Default::default()
    }
}

fn theirs(name: &str, letter: &str) -> access::CreateKeyRequest {
    access::CreateKeyRequest {
        id: letter.repeat(16),
        sha256: vec![7; 32].into(),
        ..reader(name)
    }
}

async fn create(node: &Node, request: access::CreateKeyRequest) -> access::CreateKeyResponse {
    let created = node.keys.clone().create_key(request).await;
    created.unwrap().into_inner()
}

async fn list(node: &Node, request: access::ListKeysRequest) -> access::ListKeysResponse {
    let listed = node.keys.clone().list_keys(request).await;
    listed.unwrap().into_inner()
}

fn by_id(id: &str) -> access::RevokeKeyRequest {
    access::RevokeKeyRequest {
        id: id.to_owned(),
        request_id: "revoke".to_owned(),
    }
}

/// What comes next that is no progress.
async fn next(stream: &mut tonic::Streaming<access::WatchKeysResponse>) -> Event {
    loop {
        match stream.message().await.unwrap().unwrap().event.unwrap() {
            Event::Progress(_) => {}
            event => return event,
        }
    }
}

/// Whether a text is in a file below a folder.
fn is_in(folder: &Path, text: &str) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return is_in(&path, text);
        }
        let bytes = fs::read(&path).unwrap();
        bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    })
}

both_ways! {
async fn a_key_of_the_server_is_shown_once(way: Way) {
    let (_folder, node) = Node::new(way).await;
    let request = access::CreateKeyRequest {
        request_id: "once".to_owned(),
        ..reader("ci")
    };
    let first = create(&node, request.clone()).await;
    let described = first.description.unwrap();
    assert!(first.key.starts_with(&format!("vx_{}_", described.id)));
    assert!(described.sha256.is_empty());
    assert_eq!(described.grants[0].scopes, ["payments/**"]);
    let again = create(&node, request).await;
    assert_eq!((again.description, again.token), (Some(described), first.token));
    assert_eq!((again.key.as_str(), again.shown_before), ("", true));
    node.stop().await;
}

async fn a_key_of_the_caller_is_kept_by_its_hash(way: Way) {
    let (_folder, node) = Node::new(way).await;
    let created = create(&node, theirs("ci", "a")).await;
    assert_eq!((created.key.as_str(), created.shown_before), ("", false));
    let listed = list(&node, access::ListKeysRequest::default()).await.keys;
    assert_eq!(listed, [created.description.unwrap()]);
    let mut keys = node.keys.clone();
    let taken = node.refused(keys.create_key(theirs("ci", "b"))).await;
    assert_eq!((taken.reason(), &*taken.metadata()["name"]), (Reason::KeyExists, "ci"));
    node.stop().await;
}

async fn a_watcher_hears_of_each_change_at_once(way: Way) {
    let (_folder, node) = Node::new(way).await;
    create(&node, theirs("ci", "a")).await;
    let mut keys = node.keys.clone();
    let watch = keys.watch_keys(access::WatchKeysRequest {}).await;
    let mut stream = watch.unwrap().into_inner();
    let Event::Snapshot(all) = next(&mut stream).await else { panic!("no snapshot") };
    assert_eq!((all.keys.len(), &all.keys[0].sha256[..]), (1, &[7; 32][..]));
    create(&node, theirs("cd", "b")).await;
    let Event::Key(new) = next(&mut stream).await else { panic!("no key") };
    assert_eq!((&*new.name, new.sha256.len()), ("cd", 32));
    let rotate = access::RotateKeyRequest {
        id: "b".repeat(16),
        new_id: "c".repeat(16),
        sha256: vec![8; 32].into(),
        overlap: Some(prost_types::Duration { seconds: 60, nanos: 0 }),
        request_id: "rotate".to_owned(),
    };
    let rotated = node.keys.clone().rotate_key(rotate).await.unwrap().into_inner();
    assert!(rotated.old.unwrap().expires_at.is_some());
    for id in ["b", "c"] {
        let Event::Key(key) = next(&mut stream).await else { panic!("no key") };
        assert_eq!(key.id, id.repeat(16));
    }
    for _ in 0..2 {
        let revoked = node.keys.clone().revoke_key(by_id(&"a".repeat(16))).await;
        let key = revoked.unwrap().into_inner().description.unwrap();
        assert_eq!(key.state(), access::KeyState::Revoked);
    }
    let Event::Key(revoked) = next(&mut stream).await else { panic!("no key") };
    assert!(revoked.revoked_at.is_some());
    node.runtime.lifecycle.begin_drain();
    let ended = loop {
        if let Err(status) = stream.message().await {
            break status;
        }
    };
    assert_eq!(Fault::from_status(&ended).reason(), Reason::Draining);
    drop(stream);
    node.stop().await;
}

async fn what_is_not_valid_is_refused_by_its_field(way: Way) {
    let (_folder, node) = Node::new(way).await;
    let grant = |role: &str, scope: &str| access::CreateKeyRequest {
        grants: vec![access::Grant {
            role: role.to_owned(),
            scopes: vec![scope.to_owned()],
        }],
        ..reader("ci")
    };
    for (request, field) in [
        (grant("root", "**"), "grants[0].role"),
        (grant("reader", "*"), "grants[0].scopes"),
        (access::CreateKeyRequest { grants: Vec::new(), ..reader("ci") }, "grants"),
        (access::CreateKeyRequest { sha256: vec![7; 31].into(), ..theirs("ci", "a") }, "sha256"),
        (access::CreateKeyRequest { id: "short".to_owned(), ..theirs("ci", "a") }, "id"),
        (reader(" ci"), "name"),
    ] {
        let mut keys = node.keys.clone();
        let refused = node.refused(keys.create_key(request)).await;
        assert_eq!(refused.fields()[0].field, field);
    }
    let mut keys = node.keys.clone();
    let unknown = node.refused(keys.revoke_key(by_id(&"z".repeat(16)))).await;
    assert_eq!(unknown.reason(), Reason::KeyNotFound);
    node.stop().await;
}

async fn a_secret_is_neither_in_the_store_nor_in_the_log(way: Way) {
    let (folder, node) = Node::new(way).await;
    let key = create(&node, reader("ci")).await.key;
    let secret = &key[20..72];
    let events = node.config.clone().list_events(pb::ListEventsRequest::default()).await;
    let events = events.unwrap().into_inner().events;
    assert_eq!(events[0].undo(), pb::Undo::RevokeKey);
    assert!(!format!("{events:?}").contains(secret));
    node.stop().await;
    assert!(is_in(folder.path(), &key[3..19]), "its id is there");
    assert!(!is_in(folder.path(), secret));
}
}

#[tokio::test]
async fn keys_are_listed_by_age_and_survive_a_start() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Manual::starting_at("2026-01-01T00:00:00Z".parse().unwrap());
    let node = Node::start_at(Way::InProcess, settings(&folder), &clock).await;
    for (name, letter) in [("one", "c"), ("two", "a"), ("three", "b")] {
        create(&node, theirs(name, letter)).await;
        clock.advance(Duration::from_secs(1));
    }
    node.stop().await;
    let node = Node::start_at(Way::InProcess, settings(&folder), &clock).await;
    let page = |page_token| access::ListKeysRequest {
        page_size: 2,
        page_token,
        ..Default::default()
    };
    let first = list(&node, page(String::new())).await;
    let second = list(&node, page(first.next_page_token.clone())).await;
    let names = first.keys.iter().chain(&second.keys).map(|key| &*key.name);
    assert_eq!(names.collect::<Vec<_>>(), ["one", "two", "three"]);
    assert_eq!(second.next_page_token, "");
    node.stop().await;
}
