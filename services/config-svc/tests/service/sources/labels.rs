//! Branches that come and go.

use super::{Fed, Work};
use serde_json::json;
use vortex_kit::error::Reason;

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
