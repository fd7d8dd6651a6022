//! Branches and tags whose references can't be read: they are there, and not deleted.

use std::fs;

use serde_json::json;
use vortex_kit::error::Reason;

use super::{Fed, Work, label};

const MISSING: &str = "1111111111111111111111111111111111111111";

/// A repository of `main` and `other`, `other` the one that breaks.
fn two() -> Work {
    let work = Work::new();
    work.commit_file("orders.yml", "branch: main");
    work.git(&["checkout", "-q", "-b", "other"]);
    work.commit_file("orders.yml", "branch: other");
    work.git(&["checkout", "-q", "main"]);
    work
}

/// Ways to break a branch, and what is said of it.
fn ways(work: &Work) -> Vec<(String, String)> {
    let blob = work.git(&["rev-parse", "HEAD:orders.yml"]);
    let told = |content: &str, why: &str| (content.to_owned(), why.to_owned());
    vec![
        told("", "refs/heads/other is empty"),
        told("\0\0\0\0", "refs/heads/other does not hold an object id"),
        told("garbage", "refs/heads/other does not hold an object id"),
        told(MISSING, "which the repository does not have"),
        told(&blob, "points to a blob and not to a commit"),
        told("ref: refs/heads/other", "points back to itself"),
        told(
            "ref: refs/heads/nowhere",
            "refs/heads/nowhere, which does not exist",
        ),
    ]
}

#[tokio::test]
async fn a_branch_that_breaks_keeps_its_state_and_is_pending_until_it_is_mended() {
    let fed = Fed::by(two()).await;
    let reference = fed.work.path.join(".git/refs/heads/other");
    let good = fs::read(&reference).unwrap();
    let commit = fed.work.git(&["rev-parse", "other"]);
    for (content, why) in ways(&fed.work) {
        fs::write(&reference, &content).unwrap();
        for _ in 0..2 {
            let source = fed.look().await;
            let other = label(&source, "other");
            assert_eq!(other.commit, commit, "{content:?}");
            assert_eq!(other.pending_reason, "UNAVAILABLE", "{content:?}");
            assert!(other.pending_detail.contains(&why), "{other:?}");
            let complaint = fed.complaint().unwrap();
            let named = "UNAVAILABLE: label other can't be read: refs/heads/other ";
            assert!(complaint.starts_with(named), "{complaint}");
            let read = fed.read("orders", "other").await.unwrap();
            assert_eq!(read, json!({"branch": "other"}), "{content:?}");
        }
        fs::write(&reference, &good).unwrap();
        let source = fed.look().await;
        assert_eq!(label(&source, "other").pending_reason, "", "{content:?}");
        assert_eq!(fed.complaint(), None);
    }
    fed.stop().await;
}

#[tokio::test]
async fn a_branch_that_is_broken_from_the_first_is_a_listed_defect() {
    for (content, why) in ways(&two()) {
        let work = two();
        let reference = work.path.join(".git/refs/heads/other");
        let good = fs::read(&reference).unwrap();
        fs::write(&reference, &content).unwrap();
        let fed = Fed::by(work).await;
        let source = fed.look().await;
        let [defect] = &source.defects[..] else {
            panic!("one defect: {:?}", source.defects)
        };
        assert_eq!(
            (&*defect.label, &*defect.path, &*defect.reason),
            ("other", "", "UNAVAILABLE")
        );
        assert!(defect.detail.contains(&why), "{defect:?}");
        assert!(source.last_success.is_some(), "it was read whole");
        assert!(fed.complaint().unwrap().contains("label other"));
        assert_eq!(
            fed.read("orders", "").await.unwrap(),
            json!({"branch": "main"})
        );
        let reason = |label| fed.read("orders", label);
        let fault = reason("other").await.unwrap_err();
        assert_eq!(fault.reason(), Reason::SourceNotReady, "{content:?}");
        let fault = reason("nowhere").await.unwrap_err();
        assert_eq!(fault.reason(), Reason::LabelNotFound);
        // nor after a restart, before anything was looked at
        let work = fed.stop().await;
        let aside = work.folder.path().join("aside");
        fs::rename(&work.path, &aside).unwrap();
        let node = work.serve(|_| ()).await;
        let fed = Fed { work, node };
        let fault = fed.read("orders", "other").await.unwrap_err();
        assert_eq!(fault.reason(), Reason::SourceNotReady);
        let fault = fed.read("orders", "nowhere").await.unwrap_err();
        assert_eq!(fault.reason(), Reason::LabelNotFound);
        fs::rename(&aside, &fed.work.path).unwrap();
        fs::write(&reference, &good).unwrap();
        assert_eq!(fed.look().await.defects, []);
        let read = fed.read("orders", "other").await.unwrap();
        assert_eq!(read, json!({"branch": "other"}));
        fed.stop().await;
    }
}

/// Readers who name no label would get what `master` holds.
#[tokio::test]
async fn master_does_not_stand_in_for_a_main_that_is_broken() {
    let work = two();
    work.git(&["branch", "master", "other"]);
    fs::write(work.path.join(".git/refs/heads/main"), "").unwrap();
    let fed = Fed::by(work).await;
    let fault = fed.read("orders", "").await.unwrap_err();
    assert_eq!(fault.reason(), Reason::SourceNotReady);
    fed.stop().await;
}

#[tokio::test]
async fn damaged_packed_references_take_no_label_away() {
    let work = two();
    work.git(&["pack-refs", "--all"]);
    let fed = Fed::by(work).await;
    let packed = fed.work.path.join(".git/packed-refs");
    let good = fs::read(&packed).unwrap();
    for bad in [vec![0; good.len()], good[..good.len() - 5].to_vec()] {
        fs::write(&packed, bad).unwrap();
        let fault = fed.try_look().await.unwrap_err();
        assert!(fault.to_string().contains("packed-refs"), "{fault}");
        assert!(fed.complaint().unwrap().contains("packed-refs"));
        let read = fed.read("orders", "other").await.unwrap();
        assert_eq!(read, json!({"branch": "other"}));
    }
    fs::write(&packed, "").unwrap();
    let source = fed.look().await;
    for branch in ["main", "other"] {
        let detail = &label(&source, branch).pending_detail;
        assert!(detail.contains("packed-refs is empty"), "{detail}");
        let read = fed.read("orders", branch).await.unwrap();
        assert_eq!(read, json!({"branch": branch}));
    }
    fs::write(&packed, good).unwrap();
    fed.look().await;
    assert_eq!(fed.complaint(), None);
    fed.stop().await;
}

/// Git allows it, and nobody can fix it.
#[tokio::test]
async fn a_tag_of_a_file_is_listed_and_no_degradation() {
    let work = two();
    let blob = work.git(&["rev-parse", "HEAD:orders.yml"]);
    work.git(&["tag", "a-file", &blob]);
    let fed = Fed::by(work).await;
    let source = fed.look().await;
    assert_eq!(source.defects[0].label, "a-file");
    assert_eq!(fed.complaint(), None);
    let fault = fed.read("orders", "a-file").await.unwrap_err();
    assert_eq!(fault.reason(), Reason::LabelNotFound);
    fed.stop().await;
}

#[tokio::test]
async fn a_branch_that_was_never_imported_and_is_deleted_is_forgotten() {
    let work = two();
    let tree = work.git(&["rev-parse", "other^{tree}"]);
    let object = work
        .path
        .join(".git/objects")
        .join(&tree[..2])
        .join(&tree[2..]);
    fs::remove_file(object).unwrap();
    let fed = Fed::by(work).await;
    let source = fed.look().await;
    assert_eq!(label(&source, "other").pending_reason, "UNAVAILABLE");
    assert_eq!(source.defects[0].label, "other");
    let fault = fed.read("orders", "other").await.unwrap_err();
    assert_eq!(fault.reason(), Reason::SourceNotReady);
    fs::remove_file(fed.work.path.join(".git/refs/heads/other")).unwrap();
    let source = fed.look().await;
    assert!(source.labels.iter().all(|label| label.label == "main"));
    assert_eq!(fed.complaint(), None);
    let fault = fed.read("orders", "other").await.unwrap_err();
    assert_eq!(fault.reason(), Reason::LabelNotFound);
    fed.stop().await;
}
