//! A sync that fails is never acknowledged, and ends all writing.

use std::{collections::HashMap, sync::Arc};

use futures::future::join_all;
use vortex_config_svc::parts::{
    ClusterId, ConfigStore, Configuration, Seq, Sha256, WriteError, start_tasks,
};
use vortex_kit::{clock::System, process::Runtime};

use crate::{
    commands::{put, repeatable},
    engine::Watched,
    service::Service,
};

#[tokio::test]
async fn a_failed_sync_is_not_acknowledged_and_nothing_of_it_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Watched::open(folder.path());
    let service = Service::over(engine.clone()).await.unwrap();
    service.run(put("v1", "a.yml", "a: 1")).await.unwrap();
    engine.break_next_sync();
    let together = join_all((0..5).map(|n| {
        let text = format!("a: {n}");
        service.run(put(&format!("w{n}"), "a.yml", &text))
    }));
    for outcome in together.await {
        let error = outcome.expect_err("it was not synced");
        assert!(matches!(error, WriteError::OutcomeUnknown), "{error}");
    }
    let later = service.run(put("v3", "a.yml", "a: 3")).await;
    assert!(matches!(later, Err(WriteError::StoreFailed)));
    assert_eq!(service.state().head, Seq(1));
    assert_eq!(service.served("a.yml"), Some(Sha256::of(b"a: 1")));
    service.read_all().await;
    assert!(service.configuration.has_store_failed());
    assert_eq!(engine.entries("log/").await.len(), 1);
}

#[tokio::test]
async fn what_was_unknown_is_done_once_when_it_is_asked_again_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Watched::open(folder.path());
    let service = Service::over(engine.clone()).await.unwrap();
    engine.break_next_sync();
    let unknown = service
        .run_as(repeatable("r1"), put("v1", "a.yml", "a: 1"))
        .await;
    assert!(matches!(unknown, Err(WriteError::OutcomeUnknown)));
    service.close().await;
    drop(engine);
    let again = Service::open(folder.path()).await;
    for _ in 0..2 {
        let outcome = again
            .run_as(repeatable("r1"), put("v1", "a.yml", "a: 1"))
            .await;
        assert_eq!(outcome.unwrap().at, Seq(1));
    }
    again.close().await;
}

#[tokio::test]
async fn a_failed_store_takes_no_space_back_and_keeps_no_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Watched::open(folder.path());
    let service = Service::over(engine.clone()).await.unwrap();
    engine.break_next_sync();
    service.run(put("v1", "a.yml", "a: 1")).await.unwrap_err();
    assert!(service.configuration.writer().retain().await.is_none());
    assert!(service.configuration.writer().sweep().await.is_none());
}

#[tokio::test]
async fn a_failed_sync_degrades_health_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Watched::open(folder.path());
    let runtime = Runtime::new("config-svc", "0.1.0", System::shared());
    let store = ConfigStore::new(engine.clone());
    let opened = Configuration::open(
        store,
        ClusterId::default(),
        HashMap::new(),
        runtime.clock.clone(),
    )
    .await;
    let (configuration, writer) = opened.unwrap();
    let configuration = Arc::new(configuration);
    start_tasks(&configuration, writer, &runtime);
    engine.break_next_sync();
    let job = put("v1", "a.yml", "a: 1");
    let request = repeatable("r1");
    let written = configuration
        .write(request, job.command, job.contents)
        .await;
    written.expect_err("the sync failed");
    while runtime.health.snapshot().degradations.is_empty() {
        tokio::task::yield_now().await;
    }
    let report = runtime.health.snapshot();
    assert!(report.degradations["store"].contains("sync failed"));
}
