//! How a write lies in the store.

use crate::{
    commands::{Job, put, write},
    engine::{Watched, puts},
    service::Service,
};
use bytes::Bytes;
use std::collections::HashSet;
use vortex_config_svc::parts::{Command, Imported, Seq, Sha256};
use vortex_store::Transaction;

#[tokio::test]
async fn what_was_appended_is_loaded_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::open(folder.path()).await;
    service.run(put("v1", "a.yml", "a: 1")).await.unwrap();
    service.run(put("v2", "a.yml", "a: 2")).await.unwrap();
    let before = service.state();
    service.close().await;
    let again = Service::open(folder.path()).await;
    assert_eq!(again.state(), before);
    assert_eq!(again.served("a.yml"), Some(Sha256::of(b"a: 2")));
    again.read_all().await;
    again.close().await;
}

#[tokio::test]
async fn what_is_known_of_a_source_is_kept_in_the_log_and_in_checkpoints() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::open(folder.path()).await;
    let imported = Command::NoteImported(Imported {
        source: "git".parse().unwrap(),
        unread: ["bad".parse().unwrap()].into(),
    });
    let job = Job {
        command: imported,
        contents: Vec::new(),
    };
    service.run(job).await.unwrap();
    let before = service.state();
    assert_eq!(before.sources.len(), 1);
    service.close().await;
    let again = Service::open(folder.path()).await;
    assert_eq!(again.state().sources, before.sources);
    again
        .store()
        .save_checkpoint((*before).clone())
        .await
        .unwrap();
    again.close().await;
    let again = Service::open(folder.path()).await;
    assert_eq!(again.state(), before);
    again.close().await;
}

#[tokio::test]
async fn a_change_set_of_ten_thousand_documents_is_one_record() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::open(folder.path()).await;
    let names: Vec<(String, String)> = (0..10_000)
        .map(|n| (format!("app-{n:05}.yml"), format!("number: {n}")))
        .collect();
    let documents = names
        .iter()
        .map(|(p, text)| (p.as_str(), Some(text.as_str())));
    service.run(write("big", documents)).await.unwrap();
    assert_eq!(service.state().head, Seq(1));
    let records = service.store().records_after(Seq(0)).await.unwrap();
    assert_eq!(records.len(), 1);
    let before = service.state();
    service.close().await;
    let again = Service::open(folder.path()).await;
    assert_eq!(again.state(), before);
    assert_eq!(again.state().served_documents(), 10_000);
    again.close().await;
}

/// The contents among the keys of a transaction.
fn contents(transaction: &Transaction) -> impl Iterator<Item = &[u8]> {
    puts(transaction).filter_map(|key| key.strip_prefix(b"blob/"))
}

fn has_record(transaction: &Transaction) -> bool {
    puts(transaction).any(|key| key.starts_with(b"log/"))
}

#[tokio::test]
async fn contents_and_parts_are_there_before_the_record_that_names_them() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Watched::open(folder.path());
    let service = Service::over(engine.clone()).await.unwrap();
    let large = "x".repeat(700 << 10);
    let texts: Vec<(String, String)> = (0..300)
        .map(|n| match n % 100 {
            0 => (format!("a{n}.yml"), format!("a: {n}{large}")),
            _ => (format!("a{n}.yml"), format!("a: {n}")),
        })
        .collect();
    for (index, count) in [1, 3, 40, 300].into_iter().enumerate() {
        let documents = texts[..count]
            .iter()
            .map(|(p, t)| (p.as_str(), Some(t.as_str())));
        service
            .run(write(&format!("v{index}"), documents))
            .await
            .unwrap();
        let commits = engine.take_commits();
        let (last, before) = commits.split_last().unwrap();
        assert!(has_record(last), "the record comes last");
        assert!(!before.iter().any(has_record), "and there is one");
        let stored: HashSet<&[u8]> = commits.iter().flat_map(contents).collect();
        for (_, text) in &texts[..count] {
            assert!(stored.contains(&Sha256::of(text.as_bytes()).0[..]));
        }
        for commit in &commits {
            commit.validate().unwrap();
        }
    }
    service.close().await;
}

#[tokio::test]
async fn writers_that_wait_together_share_a_commit() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Watched::open(folder.path());
    let service = Service::over(engine.clone()).await.unwrap();
    let writes = (0..40).map(|n| {
        let (path, text) = (format!("a{n}.yml"), format!("a: {n}"));
        let job = put("v1", &path, &text);
        service.run(job)
    });
    for outcome in futures::future::join_all(writes).await {
        outcome.unwrap();
    }
    let commits = engine.take_commits().len();
    assert!(commits <= 2, "{commits} commits for 40 writes");
    assert_eq!(engine.entries("log/").await.len(), 40);
    service.close().await;
}

#[tokio::test]
async fn one_content_in_many_documents_is_stored_once() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Watched::open(folder.path());
    let service = Service::over(engine.clone()).await.unwrap();
    let paths: Vec<String> = (0..50).map(|n| format!("a{n}.yml")).collect();
    let documents = paths.iter().map(|path| (path.as_str(), Some("same: true")));
    service.run(write("v1", documents)).await.unwrap();
    let blobs: Vec<Bytes> = engine
        .entries("blob/")
        .await
        .into_iter()
        .map(|e| e.key)
        .collect();
    assert_eq!(blobs.len(), 1);
    service.close().await;
}
