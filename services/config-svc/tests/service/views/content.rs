//! What is sent of a view is what its readers get.

use vortex_proto::config::v1 as pb;

use super::{Stream, versions, view, write};
use crate::grpc::{Node, Way, both_ways, document};

both_ways! {
async fn a_view_is_sent_first_and_whenever_it_has_changed(way: Way) {
    let (_folder, node) = Node::new(way).await;
    write(&node, "orders", "v1", "a: 1").await;
    let mut stream = Stream::open(&node).await;
    stream.add(view(7, "orders")).await;
    let first = stream.state().await;
    assert_eq!((first.number, versions(&first)), (7, vec!["v1"]));
    assert_eq!(first.token, node.head().await);
    assert!(first.history.is_empty() && first.variants[0].config.is_empty());
    // another's document is none of its concern
    let token = write(&node, "billing", "v1", "a: 1").await;
    assert!(stream.until(&token).await.is_empty());
    let token = write(&node, "orders", "v2", "a: 2").await;
    let states = stream.until(&token).await;
    assert_eq!(versions(states.last().unwrap()), ["v2"]);
    // what all read is
    let token = write(&node, "application", "v1", "b: 2").await;
    assert_eq!(stream.until(&token).await.len(), 1);
    stream.remove(7).await;
    stream.add(view(8, "billing")).await;
    assert_eq!(stream.state().await.number, 8);
    let token = write(&node, "orders", "v3", "a: 3").await;
    assert!(stream.until(&token).await.is_empty());
    node.stop().await;
}

async fn each_content_is_as_it_is_read(way: Way) {
    let (_folder, node) = Node::new(way).await;
    write(&node, "application", "v1", "shared: true").await;
    write(&node, "orders", "v1", "a:\n  b: 1").await;
    let mut stream = Stream::open(&node).await;
    let config = pb::GetConfigRequest { app: "orders".to_owned(), ..Default::default() };
    let config = node.config.clone().get_config(config).await.unwrap().into_inner();
    stream.add(pb::AddView { content: pb::ViewContent::Config.into(), ..view(1, "orders") }).await;
    let sent = stream.state().await.variants.remove(0);
    assert_eq!((sent.config, &sent.version, &sent.digest), (config.config, &config.version, &config.digest));
    assert_eq!(sent.sources, config.sources);
    let asked = Some(pb::View { apps: vec!["orders".to_owned()], ..Default::default() });
    for origins in [false, true] {
        let request = pb::GetEnvironmentRequest { view: asked.clone(), origins, ..Default::default() };
        let read = node.config.clone().get_environment(request).await.unwrap().into_inner();
        let content = pb::ViewContent::Environment.into();
        stream.add(pb::AddView { content, origins, ..view(2 + u32::from(origins), "orders") }).await;
        let sent = stream.state().await.variants.remove(0);
        assert_eq!((sent.property_sources, sent.etag), (read.sources, read.etag));
        assert_eq!((sent.environment_version, sent.environment_digest), (read.version, read.digest));
        assert_eq!(sent.digest, config.digest);
    }
    node.stop().await;
}

async fn an_override_changes_the_views_that_it_concerns(way: Way) {
    let (_folder, node) = Node::new(way).await;
    write(&node, "orders", "v1", "a: 1").await;
    write(&node, "billing", "v1", "a: 1").await;
    let mut stream = Stream::open(&node).await;
    stream.add(view(1, "orders")).await;
    stream.state().await;
    stream.add(view(2, "billing")).await;
    stream.state().await;
    let set = pb::SetOverrideRequest {
        target: document("orders", ""),
        values: r#"{"a":2}"#.into(),
        lasts: Some(prost_types::Duration { seconds: 60, nanos: 0 }),
        reason: "incident 4711".to_owned(),
        ..Default::default()
    };
    node.overrides.clone().set_override(set).await.unwrap();
    let head = node.head().await;
    let states = stream.until(&head).await;
    let numbers: Vec<u32> = states.iter().map(|state| state.number).collect();
    assert_eq!(numbers, [1]);
    assert!(versions(&states[0])[0].starts_with("v1+"), "{states:?}");
    node.stop().await;
}

async fn a_stream_ends_when_the_server_drains(way: Way) {
    let (_folder, node) = Node::new(way).await;
    let mut stream = Stream::open(&node).await;
    stream.add(view(1, "orders")).await;
    stream.state().await;
    node.runtime.lifecycle.begin_drain();
    let fault = vortex_kit::error::Fault::from_status(&stream.end().await);
    assert_eq!(fault.reason(), vortex_kit::error::Reason::Draining);
    node.stop().await;
}
}
