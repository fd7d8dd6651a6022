//! A source under a freeze: its label keeps its last state, and goes on by itself afterwards.

use serde_json::json;
use vortex_proto::config::v1 as pb;

use super::{Fed, Work, label};

pub(super) async fn freeze(fed: &Fed, apps: &[&str]) -> String {
    let request = pb::SetFreezeRequest {
        all: apps.is_empty(),
        apps: apps.iter().map(|app| (*app).to_owned()).collect(),
        reason: "the audit".to_owned(),
        ..Default::default()
    };
    let set = fed.node.freezes.clone().set_freeze(request).await;
    set.unwrap().into_inner().freeze.unwrap().id
}

pub(super) async fn thaw(fed: &Fed, id: &str) {
    let request = pb::EndFreezeRequest {
        id: id.to_owned(),
        ..Default::default()
    };
    fed.node.freezes.clone().end_freeze(request).await.unwrap();
}

/// Waits until the source is read by itself and an application gets this number.
async fn until_served(fed: &Fed, number: u32) {
    while fed.read("orders", "").await.unwrap() != json!({ "n": number }) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_commit_waits_for_the_end_of_a_freeze_and_is_imported_by_itself() {
    let work = Work::new();
    let first = work.commit_file("orders.yml", "n: 1");
    let fed = Fed::by(work).await;
    let id = freeze(&fed, &["orders"]).await;
    let second = fed.work.commit_file("orders.yml", "n: 2");
    // what comes after it waits behind it
    let third = fed.work.commit_file("users.yml", "n: 3");
    let source = fed.look().await;
    let main = label(&source, "main");
    assert_eq!((&main.commit, &main.served_commit), (&first, &first));
    assert_eq!(
        (&*main.pending_reason, &main.pending_commit),
        ("FROZEN", &second)
    );
    assert_eq!((&*main.pending_rollout, &main.pending_freeze), ("", &id));
    assert!(main.pending_detail.contains("the audit"), "{main:?}");
    assert_eq!(fed.complaint(), None);
    let report = fed.node.runtime.health.snapshot();
    let waiting = &report.checks["source git"]["waiting"][0];
    assert!(waiting.as_str().unwrap().contains(&id), "{report:?}");
    assert_eq!(fed.read("orders", "").await.unwrap(), json!({"n": 1}));
    thaw(&fed, &id).await;
    until_served(&fed, 2).await;
    let source = fed.look().await;
    assert_eq!(label(&source, "main").commit, third);
    assert_eq!(label(&source, "main").pending_reason, "");
    fed.stop().await;
}

#[tokio::test]
async fn a_freeze_of_another_application_holds_no_commit() {
    let work = Work::new();
    work.commit_file("orders.yml", "n: 1");
    let fed = Fed::by(work).await;
    freeze(&fed, &["users"]).await;
    fed.work.commit_file("orders.yml", "n: 2");
    fed.look().await;
    assert_eq!(fed.read("orders", "").await.unwrap(), json!({"n": 2}));
    fed.stop().await;
}

#[tokio::test]
async fn a_label_that_is_gone_stays_while_it_is_frozen() {
    let work = Work::new();
    work.commit_file("orders.yml", "n: 1");
    work.git(&["branch", "next"]);
    work.git(&["branch", "other"]);
    work.git(&["branch", "another"]);
    let fed = Fed::by(work).await;
    let id = freeze(&fed, &["orders"]).await;
    fed.work.git(&["branch", "-D", "next"]);
    let source = fed.look().await;
    assert_eq!(label(&source, "next").pending_reason, "FROZEN");
    assert_eq!(fed.read("orders", "next").await.unwrap(), json!({"n": 1}));
    assert_eq!(fed.complaint(), None);
    thaw(&fed, &id).await;
    let source = fed.look().await;
    assert!(source.labels.iter().all(|label| label.label != "next"));
    assert!(fed.read("orders", "next").await.is_err());
    fed.stop().await;
}
