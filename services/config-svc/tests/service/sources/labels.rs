//! Branches that come and go.

use serde_json::json;
use vortex_kit::error::Reason;

use super::{Fed, Work};

/// A repository of `main`, `other` and `third`.
fn branched() -> Work {
    let work = Work::new();
    work.commit_file("orders.yml", "branch: main");
    for branch in ["other", "third"] {
        work.git(&["checkout", "-q", "-b", branch]);
        work.commit_file("orders.yml", format!("branch: {branch}"));
    }
    work.git(&["checkout", "-q", "main"]);
    work
}

#[tokio::test]
async fn branches_are_labels() {
    let fed = Fed::by(branched()).await;
    for branch in ["main", "other", "third"] {
        assert_eq!(
            fed.read("orders", branch).await.unwrap(),
            json!({"branch": branch})
        );
    }
    fed.stop().await;
}

#[tokio::test]
async fn a_branch_that_is_deleted_is_a_label_no_more() {
    let fed = Fed::by(branched()).await;
    fed.work.git(&["branch", "-q", "-D", "other"]);
    fed.look().await;
    let fault = fed.read("orders", "other").await.unwrap_err();
    assert_eq!(fault.reason(), Reason::LabelNotFound);
    assert_eq!(
        fed.read("orders", "third").await.unwrap(),
        json!({"branch": "third"})
    );
    fed.stop().await;
}

#[tokio::test]
async fn a_branch_that_nobody_can_ask_for_is_listed_and_not_imported() {
    let work = branched();
    work.git(&["branch", "-q", "we,ird"]);
    let fed = Fed::by(work).await;
    let source = fed.look().await;
    let labels: Vec<&str> = source.labels.iter().map(|label| &*label.label).collect();
    assert_eq!(labels, ["main", "other", "third"]);
    let [defect] = &source.defects[..] else {
        panic!("one defect: {:?}", source.defects)
    };
    assert_eq!(
        (&*defect.label, &*defect.path, &*defect.reason),
        ("we,ird", "", "INVALID_NAME")
    );
    assert!(defect.detail.contains("separates labels"), "{defect:?}");
    let complaint = fed.complaint().unwrap();
    assert!(
        complaint.contains("label we,ird: INVALID_NAME"),
        "{complaint}"
    );
    let fault = fed.read("orders", "we,ird").await.unwrap_err();
    assert_eq!(fault.reason(), Reason::InvalidName);
    fed.work.git(&["branch", "-q", "-D", "we,ird"]);
    assert_eq!(fed.look().await.defects, []);
    assert_eq!(fed.complaint(), None);
    fed.stop().await;
}

/// Readers of the branch that was hold it in a cache, which must not outlive it.
#[tokio::test]
async fn a_branch_that_comes_back_is_served_as_it_is_now() {
    let fed = Fed::by(branched()).await;
    assert_eq!(
        fed.read("orders", "other").await.unwrap(),
        json!({"branch": "other"})
    );
    fed.work.git(&["branch", "-q", "-D", "other"]);
    fed.look().await;
    fed.work.git(&["checkout", "-q", "-b", "other"]);
    fed.work.commit_file("orders.yml", "branch: another");
    fed.look().await;
    assert_eq!(
        fed.read("orders", "other").await.unwrap(),
        json!({"branch": "another"})
    );
    fed.stop().await;
}
