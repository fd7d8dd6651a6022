//! Views as other services follow them.

use std::{net::SocketAddr, time::Duration};

use vortex_config_svc::start;
use vortex_kit::{
    clock::System,
    process::{Runtime, shut_down},
};
use vortex_views::{Arms, Content, Views};

use super::{PATIENCE, fleet, write};
use crate::grpc::{Node, Way, connect, settings};

fn options(most: usize) -> vortex_views::Options {
    vortex_views::Options {
        content: Content::Versions,
        history: true,
        most,
        bytes: usize::MAX,
        for_anybody: false,
    }
}

/// A service in a folder, at an address.
async fn listening(folder: &tempfile::TempDir, address: SocketAddr) -> (Node, SocketAddr) {
    let runtime = Runtime::new("config-svc", "0.1.0", System::shared());
    let server = start(settings(folder), &runtime).await.unwrap();
    runtime.health.set_ready();
    let address = server.listen(address).unwrap();
    (Node::of(runtime, server.channel()), address)
}

/// The version that a fleet is expected to run, once it is `wanted`.
async fn becomes(views: &Views, app: &str, wanted: &str) {
    let becoming = async {
        loop {
            let view = views.wait(&fleet(app), PATIENCE).await.unwrap();
            if view
                .expected("pod")
                .is_some_and(|it| it.version() == wanted)
            {
                break;
            }
            views.changed().await;
        }
    };
    tokio::time::timeout(PATIENCE, becoming).await.unwrap();
}

#[tokio::test]
async fn a_view_is_followed_as_it_changes() {
    let (_folder, node) = Node::new(Way::InProcess).await;
    write(&node, "orders", "v1", "a: 1").await;
    let channel = node.channel.clone();
    let views = Views::follow(channel, options(10), &node.runtime);
    assert!(views.get(&fleet("orders")).is_none());
    becomes(&views, "orders", "v1").await;
    let token = write(&node, "orders", "v2", "a: 2").await;
    becomes(&views, "orders", "v2").await;
    let view = views.get(&fleet("orders")).unwrap();
    assert_eq!(view.steps_back(Arms::STABLE, "v1"), Some(1));
    assert!(views.is_current());
    let reaching = async {
        while views.position() < Some(super::position(&token)) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, reaching).await.unwrap();
    let metrics = node.runtime.metrics.render();
    for line in ["vortex_views_followed 1", "vortex_views_current 1"] {
        assert!(metrics.contains(line), "{metrics}");
    }
    assert!(
        metrics.contains("vortex_views_changes_total{result=\"served\"}"),
        "{metrics}"
    );
    views.forget(&fleet("orders"));
    assert!(views.is_empty());
    node.stop().await;
}

#[tokio::test]
async fn no_more_are_followed_than_wanted_and_none_is_refused() {
    let (_folder, node) = Node::new(Way::InProcess).await;
    let views = Views::follow(node.channel.clone(), options(3), &node.runtime);
    for n in 0..10 {
        let app = format!("app{n}");
        write(&node, &app, "v1", "a: 1").await;
        becomes(&views, &app, "v1").await;
        assert!(views.len() <= 3);
    }
    write(&node, "app0", "v2", "a: 2").await;
    becomes(&views, "app0", "v2").await;
    node.stop().await;
}

#[tokio::test]
async fn views_stay_while_config_svc_is_away_and_are_followed_again() {
    let folder = tempfile::tempdir().unwrap();
    let (node, address) = listening(&folder, ([127, 0, 0, 1], 0).into()).await;
    write(&node, "orders", "v1", "a: 1").await;
    let runtime = Runtime::new("follower", "0.1.0", System::shared());
    let views = Views::follow(connect(address, &runtime), options(10), &runtime);
    becomes(&views, "orders", "v1").await;
    node.stop().await;

    assert!(views.get(&fleet("orders")).is_some());
    let (node, _) = listening(&folder, address).await;
    write(&node, "orders", "v2", "a: 2").await;
    becomes(&views, "orders", "v2").await;
    let view = views.get(&fleet("orders")).unwrap();
    assert_eq!(view.steps_back(Arms::STABLE, "v1"), Some(1));
    let healths = [runtime.health.clone()];
    shut_down(&healths, &runtime.lifecycle, Duration::ZERO, PATIENCE).await;
    node.stop().await;
}
