//! Repositories that are not there, not yet or no longer.

use serde_json::json;
use vortex_kit::error::Reason;

use super::{Fed, Work};

#[tokio::test]
async fn before_the_first_import_readers_are_told_to_wait() {
    let work = Work::new();
    std::fs::remove_dir_all(&work.path).unwrap();
    let node = work.serve(|_| ()).await;
    let fed = Fed { work, node };
    assert_eq!(
        fed.try_look().await.unwrap_err().reason(),
        Reason::Unavailable
    );
    for label in ["", "main", "feature/x"] {
        let fault = fed.read("orders", label).await.unwrap_err();
        assert_eq!(fault.reason(), Reason::SourceNotReady, "{label}");
        assert_eq!(fault.metadata()["source"], "git");
    }
    assert!(fed.complaint().is_some());
    fed.work.init();
    fed.work.commit_file("orders.yml", "a: 1");
    fed.look().await;
    assert_eq!(fed.read("orders", "").await.unwrap(), json!({"a": 1}));
    assert_eq!(
        fed.read("orders", "feature/x").await.unwrap_err().reason(),
        Reason::LabelNotFound
    );
    fed.stop().await;
}

#[tokio::test]
async fn the_last_good_state_is_served_with_its_age_while_the_repository_is_away() {
    let work = Work::new();
    work.commit_file("orders.yml", "a: 1");
    let fed = Fed::by(work).await;
    let before = fed.config("orders", "").await.unwrap().source_age.unwrap();
    let aside = fed.work.folder.path().join("aside");
    std::fs::rename(&fed.work.path, &aside).unwrap();
    for _ in 0..2 {
        fed.try_look().await.unwrap_err();
        let reply = fed.config("orders", "").await.unwrap();
        assert_eq!(reply.config, r#"{"a":1}"#);
        assert_eq!(reply.source_age, Some(before.clone()), "its age is said");
    }
    assert!(fed.complaint().is_some());
    std::fs::rename(&aside, &fed.work.path).unwrap();
    fed.work.commit_file("orders.yml", "a: 2");
    fed.look().await;
    assert_eq!(fed.complaint(), None);
    let reply = fed.config("orders", "").await.unwrap();
    assert_eq!(reply.config, r#"{"a":2}"#);
    assert_ne!(reply.source_age, Some(before));
    fed.stop().await;
}

#[tokio::test]
async fn a_service_that_starts_while_the_repository_is_away_serves_what_it_had() {
    let work = Work::new();
    work.commit_file("orders.yml", "a: 1");
    let work = Fed::by(work).await.stop().await;
    std::fs::remove_dir_all(&work.path).unwrap();
    let node = work.serve(|_| ()).await;
    let fed = Fed { work, node };
    fed.try_look().await.unwrap_err();
    let reply = fed.config("orders", "").await.unwrap();
    assert_eq!(reply.config, r#"{"a":1}"#);
    assert!(reply.source_age.is_some());
    fed.stop().await;
}
