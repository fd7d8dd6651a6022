//! A start while the server is away.

use std::time::Duration;

use serde_json::Value;
use vortex_sdk::{Client, Error};
use vortex_tests::ServiceName;

use crate::gateway::{Settings, client, mesh, put, soon};

#[tokio::test]
async fn a_start_without_the_server_begins_with_what_was_in_use() {
    let mut mesh = mesh();
    let folder = tempfile::tempdir().unwrap();
    put(&mesh, "v1", "workers: 4").await;
    let start = || client(&mesh).cache_dir(folder.path()).build().unwrap();
    let before = start();
    before.fetch::<Settings>().await.unwrap();
    before.stop().await.unwrap();
    let after = start();
    mesh.kill(ServiceName::Config);
    let config = after.fetch::<Settings>().await.unwrap();
    assert_eq!((config.workers, config.version()), (4, "v1"));
    let stale = config.stale().unwrap();
    assert!(stale.age < Duration::from_secs(3_600) && stale.because.is_away());
    // what is in use is no reason to take it for new
    assert!(after.fetch::<Settings>().await.unwrap_err().is_away());
    let mut watch = after.watch::<Settings>();
    mesh.start_again(ServiceName::Config);
    put(&mesh, "v2", "workers: 5").await;
    let mut update = soon(watch.next()).await.unwrap();
    if update.config().version() == "v1" {
        update = soon(watch.next()).await.unwrap();
    }
    assert_eq!(update.accept().workers, 5);
}

#[tokio::test]
async fn a_start_with_a_version_that_does_not_fit_begins_with_what_was_in_use() {
    let mesh = mesh();
    let folder = tempfile::tempdir().unwrap();
    put(&mesh, "v1", "workers: 4").await;
    let start = || client(&mesh).cache_dir(folder.path()).build().unwrap();
    let before = start();
    before.fetch::<Settings>().await.unwrap();
    before.stop().await.unwrap();
    put(&mesh, "v2", "workers: none").await;
    let config = start().fetch::<Settings>().await.unwrap();
    assert_eq!(config.version(), "v1");
    let because = &config.stale().unwrap().because;
    assert!(matches!(because, Error::Unfit { version, .. } if version == "v2"));
}

#[tokio::test]
async fn a_start_without_the_server_and_without_a_file_says_that_it_is_away() {
    let folder = tempfile::tempdir().unwrap();
    let client = Client::builder("http://127.0.0.1:1", "orders").cache_dir(folder.path());
    let error = client.build().unwrap().fetch::<Value>().await.unwrap_err();
    assert!(
        matches!(error, Error::Unreachable { sent: false, .. }),
        "{error}"
    );
}
