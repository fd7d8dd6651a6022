//! A store that lost something says what.

use crate::{commands::put, engine::Watched, service::Service};
use bytes::Bytes;
use std::sync::Arc;
use vortex_config_svc::parts::{Error, Sha256};
use vortex_store::{Entry, Store as _, Transaction};

/// A store of three records, and a checkpoint at the second.
async fn kept() -> (tempfile::TempDir, Arc<Watched>) {
    let folder = tempfile::tempdir().unwrap();
    let engine = Watched::open(folder.path());
    let service = Service::over(engine.clone()).await.unwrap();
    service.run(put("v1", "a.yml", "a: 1")).await.unwrap();
    service.run(put("v2", "a.yml", "a: 2")).await.unwrap();
    let checkpoint = (*service.state()).clone();
    service.store().save_checkpoint(checkpoint).await.unwrap();
    service.run(put("v3", "a.yml", "a: 3")).await.unwrap();
    (folder, engine)
}

/// Changes an entry, and answers what opening says then.
async fn opened_with(
    engine: &Arc<Watched>,
    prefix: &'static str,
    damage: impl Fn(&Entry) -> Transaction,
) -> Error {
    let entries = engine.entries(prefix).await;
    let entry = entries.last().expect("there is one");
    engine.tamper(damage(entry)).await;
    let opened = Service::over(engine.clone()).await;
    opened.err().expect("damage is noticed")
}

fn delete(entry: &Entry) -> Transaction {
    Transaction::new().delete(entry.key.clone())
}

/// The value with a byte in its middle changed.
fn flip(entry: &Entry) -> Transaction {
    let mut value = entry.value.to_vec();
    let middle = value.len() / 2;
    value[middle] ^= 0x55;
    Transaction::new().put(entry.key.clone(), value)
}

fn cut(entry: &Entry) -> Transaction {
    let half = entry.value.slice(..entry.value.len() / 2);
    Transaction::new().put(entry.key.clone(), half)
}

#[tokio::test]
async fn a_damaged_checkpoint_is_named() {
    for damage in [delete, flip, cut] {
        let (_folder, engine) = kept().await;
        let error = opened_with(&engine, "checkpoint/", damage).await;
        assert!(matches!(error, Error::Damaged { .. }), "{error}");
    }
}

#[tokio::test]
async fn a_record_that_was_cut_is_named() {
    let (_folder, engine) = kept().await;
    let error = opened_with(&engine, "log/", cut).await;
    assert_eq!(
        error.to_string(),
        "record 3 of the log does not decode: the store is damaged, or a newer version wrote it"
    );
}

/// The value with another first byte, which says what version of the format it is of.
fn newer(entry: &Entry) -> Transaction {
    let mut value = entry.value.to_vec();
    assert_eq!(value[0], 2, "the version that is written");
    value[0] = 3;
    Transaction::new().put(entry.key.clone(), value)
}

#[tokio::test]
async fn what_a_newer_version_wrote_is_refused_by_its_number() {
    for (key, what) in [
        (&b"log/\0\0\0\0\0\0\0\x03"[..], "record 3 of the log"),
        (b"checkpoint", "the checkpoint's pointer"),
    ] {
        let (_folder, engine) = kept().await;
        let entry = engine.get(Bytes::copy_from_slice(key)).await.unwrap();
        engine.tamper(newer(&entry.unwrap())).await;
        let error = Service::over(engine.clone()).await.err().unwrap();
        assert_eq!(
            error.to_string(),
            format!(
                "{what} was written by a newer version of the program: its format is 3, and \
                 this program reads formats up to 2"
            )
        );
        assert!(!error.is_damage());
    }
}

#[tokio::test]
async fn a_log_that_ends_before_its_head_is_noticed() {
    let (_folder, engine) = kept().await;
    let error = opened_with(&engine, "log/", delete).await;
    let told = error.to_string();
    assert!(told.contains("ends at 2 and not at 3"), "{told}");
}

#[tokio::test]
async fn a_log_without_its_head_is_noticed() {
    let (_folder, engine) = kept().await;
    let error = opened_with(&engine, "head", delete).await;
    assert!(matches!(error, Error::Damaged { .. }), "{error}");
}

#[tokio::test]
async fn a_log_with_a_hole_does_not_load() {
    let (_folder, engine) = kept().await;
    engine.tamper(Transaction::new().delete("checkpoint")).await;
    let second = engine.entries("log/").await.swap_remove(1);
    engine.tamper(delete(&second)).await;
    let error = Service::over(engine.clone()).await.err().unwrap();
    assert!(matches!(error, Error::Log(_)), "{error}");
}

#[tokio::test]
async fn a_part_that_is_missing_is_noticed() {
    let (_folder, engine) = kept().await;
    let service = Service::over(engine.clone()).await.unwrap();
    let paths: Vec<String> = (0..10_000).map(|n| format!("app-{n}.yml")).collect();
    let documents = paths.iter().map(|path| (path.as_str(), Some("a: 1")));
    service
        .run(crate::commands::write("big", documents))
        .await
        .unwrap();
    let error = opened_with(&engine, "part/", delete).await;
    assert!(matches!(error, Error::Damaged { .. }), "{error}");
}

#[tokio::test]
async fn a_content_that_is_missing_is_named_to_its_reader_alone() {
    let (_folder, engine) = kept().await;
    for entry in engine.entries("blob/").await {
        engine.tamper(delete(&entry)).await;
    }
    let service = Service::over(engine.clone()).await.expect("it opens");
    let read = service.store().content(&Sha256::of(b"a: 3")).await;
    let error = read.expect_err("it is not there");
    assert!(matches!(error, Error::MissingContent(_)), "{error}");
}
