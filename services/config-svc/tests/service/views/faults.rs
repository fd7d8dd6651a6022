//! Views that can't be served, and those that can again.

use vortex_kit::error::{Fault, Reason};
use vortex_proto::config::v1 as pb;

use super::{Stream, versions, view, write};
use crate::grpc::{Node, Way, change, written};

fn on_label(number: u32, label: &str) -> pb::AddView {
    let mut add = view(number, "orders");
    add.view.as_mut().unwrap().labels = vec![label.to_owned()];
    add
}

#[tokio::test]
async fn a_view_of_a_label_that_does_not_exist_is_served_once_it_does() {
    let (_folder, node) = Node::new(Way::InProcess).await;
    let mut stream = Stream::open(&node).await;
    stream.add(on_label(1, "next")).await;
    let fault = stream.fault().await;
    assert_eq!((fault.number, &*fault.reason), (1, "LABEL_NOT_FOUND"));
    // the others go on
    stream.add(view(2, "orders")).await;
    assert_eq!(stream.state().await.number, 2);
    let on_next = pb::ApplyChangeRequest {
        label: "next".to_owned(),
        ..change("v1", vec![written("orders.yml", "a: 1")])
    };
    node.config.clone().apply_change(on_next).await.unwrap();
    let state = stream.state().await;
    assert_eq!((state.number, versions(&state)), (1, vec!["v1"]));
    node.stop().await;
}

#[tokio::test]
async fn what_can_never_be_served_keeps_its_number() {
    let (_folder, node) = Node::new(Way::InProcess).await;
    let mut stream = Stream::open(&node).await;
    let without_content = pb::AddView {
        content: 0,
        ..view(1, "orders")
    };
    let mut two_apps = view(2, "orders");
    two_apps
        .view
        .as_mut()
        .unwrap()
        .apps
        .push("billing".to_owned());
    let old_token = pb::AddView {
        min_token: "none".to_owned(),
        ..view(3, "orders")
    };
    for (add, reason) in [
        (without_content, "INVALID_ARGUMENT"),
        (two_apps, "INVALID_ARGUMENT"),
        (old_token, "INVALID_ARGUMENT"),
        (view(4, "a/b"), "INVALID_NAME"),
        (view(5, "api"), "NAME_RESERVED"),
    ] {
        let number = add.number;
        stream.add(add).await;
        let fault = stream.fault().await;
        assert_eq!((fault.number, &*fault.reason), (number, reason));
    }
    stream.remove(4).await;
    stream.add(view(4, "orders")).await;
    assert_eq!(stream.state().await.number, 4);
    stream.add(view(5, "orders")).await;
    let fault = Fault::from_status(&stream.end().await);
    assert_eq!(fault.reason(), Reason::InvalidArgument);
    assert_eq!(fault.fields()[0].field, "add.number");
    node.stop().await;
}

#[tokio::test]
async fn a_stream_takes_ten_thousand_views() {
    let (_folder, node) = Node::new(Way::InProcess).await;
    let mut stream = Stream::open(&node).await;
    let requests = stream.requests.clone();
    let asking = tokio::spawn(async move {
        for number in 0..=10_000 {
            let add = pb::watch_views_request::Request::Add(view(number, "a/b"));
            let request = pb::WatchViewsRequest { request: Some(add) };
            if requests.send(request).await.is_err() {
                break;
            }
        }
    });
    let fault = Fault::from_status(&stream.end().await);
    assert_eq!(fault.reason(), Reason::InvalidArgument);
    assert!(fault.message().contains("10000"), "{fault}");
    asking.await.unwrap();
    node.stop().await;
}

#[tokio::test]
async fn a_state_is_not_older_than_it_was_asked_for() {
    let (_folder, node) = Node::new(Way::InProcess).await;
    let token = write(&node, "orders", "v1", "a: 1").await;
    let (store, position) = token.split_once(':').unwrap();
    let ahead = position.parse::<u64>().unwrap() + 1;
    let mut stream = Stream::open(&node).await;
    let add = pb::AddView {
        min_token: format!("{store}:{ahead}"),
        ..view(1, "orders")
    };
    stream.add(add).await;
    assert_eq!(stream.fault().await.reason, "REVISION_UNKNOWN");
    write(&node, "orders", "v2", "a: 2").await;
    assert_eq!(versions(&stream.state().await), ["v2"]);
    node.stop().await;
}
