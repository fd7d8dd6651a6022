//! Sources that are no longer configured, and the labels they leave.

use futures::StreamExt as _;
use serde_json::json;
use vortex_kit::error::{Fault, Reason};
use vortex_proto::config::v1 as pb;

use super::{Fed, Work, label};
use crate::grpc::{Node, put};

/// A service that a repository of one branch fed, started without it.
async fn left_by(branch: &str) -> Fed {
    let work = Work::new();
    work.git(&["checkout", "-q", "-b", branch]);
    work.commit_file("orders.yml", "a: 1");
    let work = Fed::by(work).await.stop().await;
    let node = work.serve(|settings| settings.git = None).await;
    Fed { work, node }
}

async fn detach(node: &Node, name: &str) -> Result<Vec<String>, Fault> {
    let request = pb::DetachSourceRequest {
        name: name.to_owned(),
    };
    let detached = node.sources.clone().detach_source(request).await;
    let reply = detached.map_err(|status| Fault::from_status(&status))?;
    Ok(reply.into_inner().labels)
}

async fn listed(node: &Node) -> Vec<pb::Source> {
    let request = pb::ListSourcesRequest::default();
    let listed = node.sources.clone().list_sources(request).await;
    listed.unwrap().into_inner().sources
}

#[tokio::test]
async fn what_a_source_left_is_served_told_of_and_closed_to_writes() {
    let fed = left_by("trunk").await;
    assert_eq!(fed.read("orders", "trunk").await.unwrap(), json!({"a": 1}));
    let complaint = fed.complaint().unwrap();
    assert!(
        complaint.starts_with("not configured; its labels stay"),
        "{complaint}"
    );
    assert!(complaint.ends_with("trunk"), "{complaint}");
    let [source] = &listed(&fed.node).await[..] else {
        panic!("one source is listed")
    };
    assert_eq!(source.state(), pb::SourceState::NotConfigured);
    assert_eq!(label(source, "trunk").commit.len(), 40);
    assert!(source.last_success.is_some());
    let mut config = fed.node.config.clone();
    let fault = fed
        .node
        .refused(config.put_document(on_trunk("a: 2")))
        .await;
    assert_eq!(fault.reason(), Reason::LabelFedBySource);
    fed.stop().await;
}

fn on_trunk(content: &str) -> pb::PutDocumentRequest {
    let mut request = put("orders", "", content);
    request.document.as_mut().unwrap().label = "trunk".to_owned();
    request
}

#[tokio::test]
async fn labels_that_are_detached_keep_their_documents_and_take_writes_for_good() {
    let fed = left_by("trunk").await;
    let before = fed.node.head().await;
    for _ in 0..2 {
        assert_eq!(detach(&fed.node, "git").await.unwrap(), ["trunk"]);
        assert_eq!(fed.complaint(), None);
        assert_eq!(listed(&fed.node).await, []);
    }
    assert_eq!(fed.read("orders", "trunk").await.unwrap(), json!({"a": 1}));
    let request = pb::WatchLogRequest {
        after: before,
        label: "trunk".to_owned(),
        ..Default::default()
    };
    let mut log = fed
        .node
        .config
        .clone()
        .watch_log(request)
        .await
        .unwrap()
        .into_inner();
    let told = log.next().await.unwrap().unwrap().event;
    let Some(pb::watch_log_response::Event::Record(record)) = told else {
        panic!("{told:?}")
    };
    let body = pb::record::Body::LabelDetached(pb::LabelDetached {
        label: "trunk".to_owned(),
    });
    assert_eq!(record.body, Some(body));
    drop(log);
    let work = fed.stop().await;
    let node = work.serve(|settings| settings.git = None).await;
    let fed = Fed { work, node };
    assert_eq!(fed.complaint(), None);
    let mut config = fed.node.config.clone();
    config.put_document(on_trunk("a: 2")).await.unwrap();
    assert_eq!(fed.read("orders", "trunk").await.unwrap(), json!({"a": 2}));
    fed.stop().await;
}

#[tokio::test]
async fn a_master_that_is_detached_is_still_what_is_read_and_written_without_a_label() {
    let fed = left_by("master").await;
    detach(&fed.node, "git").await.unwrap();
    assert_eq!(fed.read("orders", "").await.unwrap(), json!({"a": 1}));
    let mut config = fed.node.config.clone();
    config
        .put_document(put("orders", "", "a: 2"))
        .await
        .unwrap();
    config
        .put_document(put("payments", "", "b: 1"))
        .await
        .unwrap();
    for label in ["", "master"] {
        assert_eq!(fed.read("orders", label).await.unwrap(), json!({"a": 2}));
        assert_eq!(fed.read("payments", label).await.unwrap(), json!({"b": 1}));
    }
    fed.stop().await;
}

#[tokio::test]
async fn a_source_that_is_configured_or_unknown_is_not_detached() {
    let work = Work::new();
    work.commit_file("orders.yml", "a: 1");
    let fed = Fed::by(work).await;
    let refused = detach(&fed.node, "git").await.unwrap_err();
    assert_eq!(refused.reason(), Reason::PreconditionFailed);
    let [source] = &listed(&fed.node).await[..] else {
        panic!("one source is listed")
    };
    assert_eq!(source.state(), pb::SourceState::Configured);
    let unknown = detach(&fed.node, "other").await.unwrap_err();
    assert_eq!(unknown.reason(), Reason::SourceNotFound);
    fed.stop().await;
}

#[tokio::test]
async fn a_label_that_was_detached_is_taken_over_only_when_that_is_approved() {
    let fed = left_by("trunk").await;
    detach(&fed.node, "git").await.unwrap();
    let work = fed.stop().await;
    let commit = work.commit_file("orders.yml", "a: 3");
    let fed = Fed::by(work).await;
    let source = fed.look().await;
    let waits = label(&source, "trunk");
    assert_eq!(waits.pending_reason, "LABEL_HAS_DOCUMENTS");
    let approval = pb::ApproveSourceRequest {
        name: "git".to_owned(),
        label: "trunk".to_owned(),
        commit,
    };
    fed.node
        .sources
        .clone()
        .approve_source(approval)
        .await
        .unwrap();
    assert_eq!(fed.read("orders", "trunk").await.unwrap(), json!({"a": 3}));
    fed.stop().await;
}
