//! Reads that others answer from the views that they follow count as those that are asked for.

use std::time::Duration;

use vortex_kit::error::{Fault, Reason};
use vortex_proto::config::v1::{self as pb, watch_views_request::Request};
use vortex_views::{Content, Fresh, Options, Reader, Views};

use super::{
    PATIENCE, Stream, fleet, position,
    splits::{answered, moving, set, staged},
    view, write,
};
use crate::grpc::{Node, Way, both_ways};

/// The views of a process that answers from them.
fn follow(node: &Node) -> Views {
    let options = Options {
        content: Content::Config,
        history: false,
        most: 10,
        bytes: 1 << 20,
        for_anybody: false,
    };
    Views::follow(node.channel.clone(), options, &node.runtime)
}

/// Waits until something is there.
async fn until<T>(what: &str, look: impl AsyncFn() -> Option<T>) -> T {
    let looking = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let found = tokio::time::timeout(PATIENCE, looking).await;
    found.unwrap_or_else(|_| panic!("never: {what}"))
}

async fn fresh(views: &Views, token: &str) -> Fresh {
    until("the view is as new", async || {
        let fresh = views.fresh(&fleet("orders"))?;
        (fresh.token.position >= position(token)).then_some(fresh)
    })
    .await
}

async fn split(node: &Node) -> pb::Split {
    let request = pb::GetSplitRequest {
        id: "r1".to_owned(),
    };
    let found = node.splits.clone().get_split(request).await.unwrap();
    found.into_inner().split.unwrap()
}

/// A configuration with a split.
async fn splitting(node: &Node) -> String {
    write(node, "orders", "v1", "a: 1").await;
    let v2 = staged(node, "orders", "v2", "a: 2").await;
    set(node, moving("r1", v2, 30.0, 1)).await
}

both_ways! {
async fn reads_from_views_count_as_reads_that_are_asked_for(way: Way) {
    let (_folder, node) = Node::new(way).await;
    let token = splitting(&node).await;
    let views = follow(&node);
    views.get(&fleet("orders"));
    let fresh = fresh(&views, &token).await;
    let before = split(&node).await.reads;
    let instances: Vec<String> = (0..500).map(|n| format!("pod-{n}")).collect();
    for instance in instances.iter().map(String::as_str).chain([""]) {
        let reader = Reader::new(instance, "");
        fresh.count(&reader, fresh.view().arms_of(&reader));
    }
    let told = until("they are told", async || {
        let split = split(&node).await;
        (split.reads >= before + 501).then_some(split)
    }).await;
    assert_eq!((told.reads - before, told.reads_without_key), (501, 1));
    let metrics = node.runtime.metrics.render();
    assert!(metrics.contains(r#"vortex_reads_without_key_total{unit="instance"} 1"#), "{metrics}");
    // the same instances, asking for it, are the same keys
    for instance in &instances {
        answered(&node, instance).await;
    }
    assert!(told.keys.is_some());
    assert_eq!(split(&node).await.keys, told.keys);
    node.stop().await;
}

async fn from_a_view_follows_what_every_reader_is_answered(way: Way) {
    let (_folder, node) = Node::new(way).await;
    let token = splitting(&node).await;
    let views = follow(&node);
    views.get(&fleet("orders"));
    let fresh = fresh(&views, &token).await;
    for instance in ["", "pod-1", "pod-2", "pod-3", "pod-4", "pod-5"] {
        let reader = Reader::new(instance, "");
        let read = answered(&node, instance).await;
        let view = fresh.view();
        let variant = view.variant(view.arms_of(&reader)).unwrap();
        assert_eq!((&*variant.version, &variant.config), (&*read.version, &read.config));
        assert_eq!((&*variant.digest, &variant.sources), (&*read.digest, &read.sources));
        let assigned: Vec<pb::Assignment> = view.assigned_to(&reader).map(Into::into).collect();
        assert_eq!(assigned, read.assignments);
    }
    node.stop().await;
}

async fn reads_of_what_is_not_followed_are_passed_over(way: Way) {
    let (_folder, node) = Node::new(way).await;
    splitting(&node).await;
    write(&node, "billing", "v1", "a: 1").await;
    answered(&node, "pod").await;
    let before = split(&node).await.reads;
    let mut stream = Stream::open(&node).await;
    stream.add(view(1, "billing")).await;
    stream.state().await;
    let of = |cells: Vec<u32>| pb::SplitReads { split: "r1".to_owned(), stable: 5, cells, ..Default::default() };
    let told = |of| Request::Answered(pb::AnsweredReads { splits: vec![of], ..Default::default() });
    stream.ask(told(of(vec![u32::MAX]))).await;
    stream.add(view(2, "orders")).await;
    stream.state().await;
    assert_eq!(split(&node).await.reads, before);
    stream.ask(told(of(vec![7, u32::MAX]))).await;
    while split(&node).await.reads < before + 5 {
        stream.next().await.unwrap();
    }
    assert_eq!(split(&node).await.reads, before + 5);
    stream.ask(told(of(vec![0; 10_001]))).await;
    assert_eq!(Fault::from_status(&stream.end().await).reason(), Reason::InvalidArgument);
    node.stop().await;
}

async fn what_all_streams_follow_is_counted(way: Way) {
    let (_folder, node) = Node::new(way).await;
    write(&node, "orders", "v1", "a: 1").await;
    let followed = async |count: usize| {
        let line = format!("vortex_followed_views {count}");
        until(&line, async || node.runtime.metrics.render().contains(&line).then_some(())).await;
    };
    followed(0).await;
    let (mut one, mut other) = (Stream::open(&node).await, Stream::open(&node).await);
    let adding = async |stream: &mut Stream, number| {
        stream.add(view(number, "orders")).await;
        stream.state().await;
    };
    adding(&mut one, 1).await;
    adding(&mut one, 2).await;
    adding(&mut other, 1).await;
    followed(3).await;
    one.remove(1).await;
    adding(&mut one, 3).await;
    one.remove(2).await;
    adding(&mut one, 2).await;
    followed(3).await;
    drop(one);
    followed(1).await;
    node.stop().await;
}
}
