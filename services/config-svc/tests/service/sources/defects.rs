//! Files that can't be served.

use serde_json::json;
use vortex_kit::error::Reason;

use super::{Fed, Work, label};

#[tokio::test]
async fn a_commit_that_makes_a_file_invalid_is_refused_whole_until_it_is_fixed() {
    let work = Work::new();
    work.write("orders.yml", "a: 1");
    work.write("payments.yml", "a: 1");
    work.commit("good");
    let fed = Fed::by(work).await;
    fed.work.write("orders.yml", "a: 1\nb: [");
    fed.work.write("payments.yml", "a: 2");
    let commit = fed.work.commit("bad");
    for _ in 0..2 {
        let source = fed.look().await;
        let refused = label(&source, "main");
        assert_eq!(
            (&*refused.pending_commit, &*refused.pending_reason),
            (&*commit, "DOCUMENT_INVALID")
        );
        let complaint = fed.complaint().unwrap();
        assert!(complaint.contains(&commit), "{complaint}");
        assert!(complaint.contains("orders.yml: line "), "{complaint}");
        assert_eq!(fed.read("payments", "").await.unwrap(), json!({"a": 1}));
    }
    fed.work.commit_file("orders.yml", "a: 3");
    fed.look().await;
    assert_eq!(fed.read("orders", "").await.unwrap(), json!({"a": 3}));
    assert_eq!(fed.read("payments", "").await.unwrap(), json!({"a": 2}));
    assert_eq!(fed.complaint(), None);
    fed.stop().await;
}

#[tokio::test]
async fn a_refused_commit_is_still_refused_after_a_restart() {
    let work = Work::new();
    work.commit_file("orders.yml", "a: 1");
    let work = Fed::by(work).await.stop().await;
    let commit = work.commit_file("orders.yml", "a: [");
    let fed = Fed::by(work).await;
    let source = fed.look().await;
    assert_eq!(label(&source, "main").pending_commit, commit);
    assert_eq!(fed.read("orders", "").await.unwrap(), json!({"a": 1}));
    fed.stop().await;
}

#[tokio::test]
async fn files_that_are_invalid_from_the_first_are_listed_and_spoil_only_their_readers() {
    let work = Work::new();
    work.write("orders.yml", "a: 1\nb: [");
    work.write("payments.yml", "a: 1");
    work.commit("mixed");
    let fed = Fed::by(work).await;
    let fault = fed.read("orders", "").await.unwrap_err();
    assert_eq!(fault.reason(), Reason::DocumentInvalid);
    assert_eq!(fault.metadata()["file"], "orders.yml");
    assert!(fault.metadata()["line"].parse::<u32>().unwrap() >= 2);
    assert!(fault.metadata().contains_key("column"));
    assert_eq!(fed.read("payments", "").await.unwrap(), json!({"a": 1}));
    assert_eq!(
        fed.file("orders.yml").await.unwrap().content,
        "a: 1\nb: [",
        "it is text"
    );
    let source = fed.look().await;
    assert_eq!(
        (&*source.defects[0].path, &*source.defects[0].reason),
        ("orders.yml", "DOCUMENT_INVALID")
    );
    assert!(fed.complaint().unwrap().contains("orders.yml"));
    fed.stop().await;
}

#[tokio::test]
async fn an_old_tag_with_an_invalid_file_is_listed_and_no_degradation() {
    let work = Work::new();
    work.commit_file("orders.yml", "a: [");
    work.git(&["tag", "v1"]);
    work.commit_file("orders.yml", "a: 1");
    let fed = Fed::by(work).await;
    let source = fed.look().await;
    assert_eq!(fed.complaint(), None);
    let fault = fed.read("orders", "v1").await.unwrap_err();
    assert_eq!(fault.reason(), Reason::DocumentInvalid);
    let defect = &source.defects[0];
    assert_eq!((&*defect.label, &*defect.path), ("v1", "orders.yml"));
    fed.work.git(&["branch", "-q", "old", "v1"]);
    let source = fed.look().await;
    let labels: Vec<&str> = source.defects.iter().map(|d| &*d.label).collect();
    assert_eq!(labels, ["old", "v1"], "branches come first");
    let complaint = fed.complaint().unwrap();
    assert!(complaint.starts_with("1 files or labels"), "{complaint}");
    fed.stop().await;
}

#[tokio::test]
async fn a_file_of_a_hundred_megabytes_is_listed_and_not_read() {
    let work = Work::new();
    work.write("orders.yml", "a: 1");
    work.write("orders-large.yml", vec![b'#'; 2 << 20]);
    work.write("blob.bin", vec![0; 100 << 20]);
    work.commit("large");
    let fed = Fed::by(work).await;
    let source = fed.look().await;
    let listed: Vec<(&str, &str)> = source
        .defects
        .iter()
        .map(|d| (&*d.path, &*d.reason))
        .collect();
    assert_eq!(
        listed,
        [
            ("blob.bin", "FILE_TOO_LARGE"),
            ("orders-large.yml", "FILE_TOO_LARGE")
        ]
    );
    let fault = fed.file("blob.bin").await.unwrap_err();
    assert_eq!(fault.reason(), Reason::FileTooLarge);
    assert_eq!(fault.metadata()["bytes"], (100_u64 << 20).to_string());
    assert_eq!(fed.read("orders", "").await.unwrap(), json!({"a": 1}));
    let fault = fed.read("orders-large", "").await.unwrap_err();
    assert_eq!(fault.reason(), Reason::FileTooLarge);
    fed.work.remove("blob.bin");
    fed.work.commit("smaller");
    fed.look().await;
    assert_eq!(
        fed.file("blob.bin").await.unwrap_err().reason(),
        Reason::DocumentNotFound
    );
    fed.stop().await;
}
