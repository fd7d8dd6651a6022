//! Commits, in order and whole.

use super::{Fed, Work, label};
use crate::grpc::put;
use serde_json::json;
use std::sync::atomic::{AtomicBool, Ordering};
use vortex_config_svc::ReleasePolicy;
use vortex_kit::error::{Fault, Reason};
use vortex_proto::config::v1 as pb;

const FILES: [&str; 3] = ["application.yml", "orders.yml", "orders-default.yml"];

/// A repository whose files all hold the same number.
fn numbered(work: &Work, number: u32) -> String {
    for (index, file) in FILES.iter().enumerate() {
        work.write(file, format!("n{index}: {number}"));
    }
    work.commit(&number.to_string())
}

fn numbers(number: u32) -> serde_json::Value {
    json!({"n0": number, "n1": number, "n2": number})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_commit_of_several_files_is_served_all_at_once() {
    let work = Work::new();
    numbered(&work, 0);
    let fed = Fed::by(work).await;
    let done = AtomicBool::new(false);
    let reading = async {
        let mut last = 0;
        while !done.load(Ordering::Relaxed) {
            let config = fed.read("orders", "").await.unwrap();
            let number = config["n0"].as_u64().unwrap();
            assert_eq!(config, numbers(number as u32), "a mixture");
            assert!(number >= last, "it went back");
            last = number;
            tokio::task::yield_now().await;
        }
    };
    let committing = async {
        for number in 1..=20 {
            tokio::task::block_in_place(|| numbered(&fed.work, number));
            fed.look().await;
        }
        done.store(true, Ordering::Relaxed);
    };
    tokio::join!(reading, committing);
    assert_eq!(fed.read("orders", "").await.unwrap(), numbers(20));
    fed.stop().await;
}

#[tokio::test]
async fn commits_between_two_looks_come_one_by_one() {
    let work = Work::new();
    let first = numbered(&work, 0);
    let fed = Fed::by(work).await;
    let second = numbered(&fed.work, 1);
    let third = numbered(&fed.work, 2);
    fed.look().await;
    let request = pb::ListChangesRequest::default();
    let changes = fed
        .node
        .config
        .clone()
        .list_changes(request)
        .await
        .unwrap()
        .into_inner()
        .changes;
    let names: Vec<&str> = changes.iter().map(|change| &*change.name).collect();
    assert_eq!(names, [&*third, &second, &first]);
    assert_eq!(changes[0].author, "Ada <ada@example.com>");
    assert_eq!(changes[0].principal, "source:git");
    fed.stop().await;
}

#[tokio::test]
async fn staged_commits_wait_for_their_release() {
    let work = Work::new();
    numbered(&work, 0);
    let node = work
        .serve(|settings| settings.git_release = ReleasePolicy::Stage)
        .await;
    let fed = Fed { work, node };
    fed.look().await;
    assert_eq!(
        fed.read("orders", "").await.unwrap(),
        numbers(0),
        "the first is released"
    );
    let name = numbered(&fed.work, 1);
    fed.look().await;
    assert_eq!(fed.read("orders", "").await.unwrap(), numbers(0));
    let release = pb::ReleaseChangeRequest {
        name,
        ..Default::default()
    };
    fed.node
        .config
        .clone()
        .release_change(release)
        .await
        .unwrap();
    assert_eq!(fed.read("orders", "").await.unwrap(), numbers(1));
    fed.stop().await;
}

#[tokio::test]
async fn a_label_that_is_fed_takes_no_other_writes() {
    let work = Work::new();
    numbered(&work, 0);
    let fed = Fed::by(work).await;
    let mut config = fed.node.config.clone();
    let fault = fed
        .node
        .refused(config.put_document(put("orders", "", "a: 1")))
        .await;
    assert_eq!(fault.reason(), Reason::LabelFedBySource);
    assert_eq!(fault.metadata()["source"], "git");
    fed.stop().await;
}

#[tokio::test]
async fn rewritten_history_is_followed() {
    let work = Work::new();
    let first = numbered(&work, 0);
    numbered(&work, 1);
    numbered(&work, 2);
    let fed = Fed::by(work).await;
    fed.work.git(&["reset", "-q", "--hard", &first]);
    fed.look().await;
    assert_eq!(fed.read("orders", "").await.unwrap(), numbers(0), "back");
    let forward = numbered(&fed.work, 3);
    fed.look().await;
    assert_eq!(fed.read("orders", "").await.unwrap(), numbers(3));
    fed.work.git(&["reset", "-q", "--hard", &first]);
    fed.look().await;
    fed.work.git(&["reset", "-q", "--hard", &forward]);
    let source = fed.look().await;
    assert_eq!(label(&source, "main").commit, forward);
    assert_eq!(
        fed.read("orders", "").await.unwrap(),
        numbers(3),
        "back and forth"
    );
    fed.work.git(&["checkout", "-q", "--orphan", "elsewhere"]);
    numbered(&fed.work, 4);
    fed.work.git(&["branch", "-q", "-M", "elsewhere", "main"]);
    fed.look().await;
    assert_eq!(
        fed.read("orders", "").await.unwrap(),
        numbers(4),
        "pushed by force"
    );
    fed.stop().await;
}

#[tokio::test]
async fn a_commit_that_removes_most_files_waits_for_an_operator() {
    let work = Work::new();
    numbered(&work, 0);
    let fed = Fed::by(work).await;
    fed.work.remove(FILES[0]);
    fed.work.remove(FILES[1]);
    let commit = fed.work.commit("gone");
    let source = fed.look().await;
    let waits = label(&source, "main");
    assert_eq!(
        (&*waits.pending_commit, &*waits.pending_reason),
        (&*commit, "SOURCE_SHRANK")
    );
    assert!(fed.complaint().unwrap().contains("2 of 3 documents"));
    assert_eq!(fed.read("orders", "").await.unwrap(), numbers(0));
    let approve = |commit: &str| pb::ApproveSourceRequest {
        name: "git".to_owned(),
        label: "main".to_owned(),
        commit: commit.to_owned(),
    };
    let mut sources = fed.node.sources.clone();
    let other = sources
        .approve_source(approve(&"0".repeat(40)))
        .await
        .unwrap_err();
    assert_eq!(
        Fault::from_status(&other).reason(),
        Reason::PreconditionFailed
    );
    sources.approve_source(approve(&commit)).await.unwrap();
    assert_eq!(fed.read("orders", "").await.unwrap(), json!({"n2": 0}));
    assert_eq!(fed.complaint(), None);
    fed.stop().await;
}
