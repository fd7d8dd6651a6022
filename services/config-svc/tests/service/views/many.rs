//! Very many views on one stream, and readers that are slow.

use std::collections::BTreeSet;

use vortex_proto::config::v1::{self as pb, watch_views_response::Event};

use super::{Stream, position, versions, view, write};
use crate::grpc::{Node, Way, change, document, written};

const VIEWS: u32 = 1_000;

async fn written_for_all(node: &Node) {
    let paths: Vec<String> = (0..VIEWS).map(|n| format!("app{n}.yml")).collect();
    let documents = paths.iter().map(|path| written(path, "a: 1"));
    let all = change("v1", documents.collect());
    node.config.clone().apply_change(all).await.unwrap();
}

async fn all_added(stream: &mut Stream) {
    for number in 0..VIEWS {
        stream.add(view(number, &format!("app{number}"))).await;
    }
    let mut seen = BTreeSet::new();
    while seen.len() < VIEWS as usize {
        seen.insert(stream.state().await.number);
    }
}

#[tokio::test]
async fn one_change_among_a_thousand_views_sends_one_state() {
    let (_folder, node) = Node::new(Way::Network).await;
    written_for_all(&node).await;
    let mut stream = Stream::open(&node).await;
    all_added(&mut stream).await;
    let token = write(&node, "app500", "v2", "a: 2").await;
    let states = stream.until(&token).await;
    let numbers: Vec<u32> = states.iter().map(|state| state.number).collect();
    assert_eq!(numbers, [500]);
    let token = write(&node, "application", "v1", "b: 1").await;
    assert_eq!(stream.until(&token).await.len(), VIEWS as usize);
    node.stop().await;
}

#[tokio::test]
async fn who_reads_slowly_gets_the_newest_and_not_all_in_between() {
    let (_folder, node) = Node::new(Way::Network).await;
    written_for_all(&node).await;
    let mut stream = Stream::open(&node).await;
    all_added(&mut stream).await;
    let mut token = String::new();
    for n in 0..50 {
        token = write(&node, "application", &format!("v{n}"), &format!("b: {n}")).await;
    }
    // as many as changes would be fifty times as many
    let mut sent = 0;
    let mut last = vec![0; VIEWS as usize];
    loop {
        match stream.next().await.unwrap() {
            Event::State(state) => {
                sent += 1;
                last[state.number as usize] = position(&state.token);
            }
            Event::Progress(progress) if progress.token == token => break,
            Event::Progress(_) | Event::SourceAge(_) => {}
            Event::Fault(fault) => panic!("{fault:?}"),
        }
    }
    assert!(sent < 25 * VIEWS, "{sent} states were sent");
    assert!(
        last.iter().all(|last| *last == position(&token)),
        "{last:?}"
    );
    node.stop().await;
}

#[tokio::test]
async fn what_came_and_went_between_two_looks_is_not_left_in_a_view() {
    let (_folder, node) = Node::new(Way::InProcess).await;
    for round in 0..30 {
        let app = format!("app{round}");
        write(&node, &app, "v1", "a: 1").await;
        // in process it does nothing but when it is asked for more
        let mut stream = Stream::open(&node).await;
        let set = pb::SetOverrideRequest {
            target: document(&app, ""),
            values: r#"{"a":2}"#.into(),
            lasts: Some(prost_types::Duration {
                seconds: 60,
                nanos: 0,
            }),
            reason: "incident 4711".to_owned(),
            ..Default::default()
        };
        node.overrides.clone().set_override(set).await.unwrap();
        stream.add(view(1, &app)).await;
        let set = stream.state().await;
        assert_ne!(versions(&set), ["v1"], "it began after the override");
        let remove = pb::RemoveOverrideRequest {
            target: document(&app, ""),
            ..Default::default()
        };
        node.overrides
            .clone()
            .remove_override(remove)
            .await
            .unwrap();
        let head = node.head().await;
        let states = stream.until(&head).await;
        assert_eq!(versions(states.last().unwrap()), ["v1"], "{round}");
    }
    node.stop().await;
}

#[tokio::test]
async fn a_state_comes_before_the_progress_of_its_position() {
    let (_folder, node) = Node::new(Way::InProcess).await;
    let mut stream = Stream::open(&node).await;
    stream.add(view(1, "orders")).await;
    stream.state().await;
    let mut token = String::new();
    for n in 0..100 {
        token = write(&node, "orders", &format!("v{n}"), &format!("b: {n}")).await;
    }
    let mut told = 0;
    let mut newest = Vec::new();
    while told < position(&token) {
        match stream.next().await.unwrap() {
            Event::State(state) => {
                assert!(
                    position(&state.token) > told,
                    "{} after {told}",
                    state.token
                );
                newest = versions(&state).iter().map(ToString::to_string).collect();
            }
            Event::Progress(progress) => told = position(&progress.token),
            Event::SourceAge(_) => {}
            Event::Fault(fault) => panic!("{fault:?}"),
        }
    }
    assert_eq!(newest, ["v99"]);
    node.stop().await;
}
