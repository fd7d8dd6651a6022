//! What was served before, as the service tells it.

use std::fmt::Write as _;

use tokio_stream::wrappers::ReceiverStream;
use vortex_proto::config::v1::{
    self as pb, watch_views_request::Request, watch_views_response::Event,
};

use crate::grpc::Node;

/// The rings of views with documents that were released, split, taken back and overridden, and with
/// commits.
pub(super) async fn of(node: &Node) -> String {
    let views = [
        ("orders", "prod", "main"),
        ("orders", "dev", "main"),
        ("orders", "default", "release"),
        ("active", "default", "main"),
        ("released", "default", "main"),
        ("removed", "default", "main"),
    ];
    let mut told = String::new();
    for (app, profile, label) in views {
        writeln!(told, "{app} {profile} {label} was served").unwrap();
        for served in ring(node, app, profile, label).await {
            writeln!(told, "  {served:?}").unwrap();
        }
    }
    told
}

async fn ring(node: &Node, app: &str, profile: &str, label: &str) -> Vec<pb::ServedVersion> {
    let view = pb::View {
        apps: vec![app.to_owned()],
        profiles: vec![profile.to_owned()],
        labels: vec![label.to_owned()],
    };
    let add = pb::AddView {
        number: 1,
        view: Some(view),
        content: pb::ViewContent::Versions.into(),
        history: true,
        ..Default::default()
    };
    let (requests, outgoing) = tokio::sync::mpsc::channel(1);
    let add = pb::WatchViewsRequest {
        request: Some(Request::Add(add)),
    };
    requests.send(add).await.unwrap();
    let mut config = node.config.clone();
    let opened = config.watch_views(ReceiverStream::new(outgoing)).await;
    let mut events = opened.unwrap().into_inner();
    loop {
        let message = events.message().await.unwrap().unwrap();
        match message.event.unwrap() {
            Event::State(state) => return state.history,
            Event::Fault(fault) => panic!("{fault:?}"),
            Event::Progress(_) | Event::SourceAge(_) => {}
        }
    }
}
