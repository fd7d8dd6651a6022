//! Rollouts whose split somebody else ended: they end by themselves, and hold nothing.

use vortex_kit::error::Reason;
use vortex_proto::{
    config::v1 as config,
    rollout::v1::{self as pb, RolloutState},
};

use crate::mesh::{Mesh, arm, by_hand};

#[tokio::test]
async fn a_forced_release_ends_the_rollout_and_frees_its_documents() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let started = mesh.create(by_hand("orders")).await;
    mesh.put("orders", "h1", true).await;
    mesh.release("h1", true, "the site is down").await.unwrap();
    let ended = mesh.wait_for(&started.id, RolloutState::RolledBack).await;
    assert_eq!(ended.share_in_force, 0.0);
    let why = "h1 was released by force: the site is down";
    assert_eq!(ended.reason, format!("detached: {why}"));
    let last = mesh.audit(&started.id).await.pop().unwrap();
    assert_eq!(
        (
            last.action.as_str(),
            last.principal.as_str(),
            last.reason.as_str()
        ),
        ("detach", "anonymous", why)
    );
    let late = mesh.report(&started.id, vec![arm("canary", 1, 0)]).await;
    assert_eq!(late.unwrap_err().reason(), Reason::RolloutWrongState);
    let mut next = by_hand("orders");
    if let Some(pb::create_rollout_request::Target::Document(target)) = &mut next.target {
        target.from_version = "h1".to_owned();
    }
    let next = mesh.create(next).await;
    assert_eq!(next.share_in_force, 10.0, "the first still held it");
    mesh.stop().await;
}

#[tokio::test]
async fn a_forced_release_of_its_own_change_set_completes_it() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let started = mesh.create(by_hand("orders")).await;
    mesh.release("v2", true, "").await.unwrap();
    let ended = mesh.wait_for(&started.id, RolloutState::Completed).await;
    assert_eq!(ended.share_in_force, 100.0);
    let last = mesh.audit(&started.id).await.pop().unwrap();
    assert_eq!(
        (last.action.as_str(), last.principal.as_str()),
        ("complete", "anonymous")
    );
    assert!(last.reason.contains("v2 was released by force"), "{last:?}");
    mesh.stop().await;
}

#[tokio::test]
async fn a_forced_release_of_what_is_stable_ends_it_too() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let started = mesh.create(by_hand("orders")).await;
    let forced = mesh.release("v1", true, "").await.unwrap();
    assert!(forced.moved);
    mesh.wait_for(&started.id, RolloutState::RolledBack).await;
    assert_eq!(mesh.stable("orders").await, "v1");
    mesh.stop().await;
}

#[tokio::test]
async fn a_split_that_somebody_ended_by_hand_ends_its_rollout() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let started = mesh.create(by_hand("orders")).await;
    let end = config::EndSplitRequest {
        id: started.id.clone(),
        generation: 9,
        reason: "rollout-svc was away".to_owned(),
        ..Default::default()
    };
    mesh.splits.clone().end_split(end).await.unwrap();
    let ended = mesh.wait_for(&started.id, RolloutState::RolledBack).await;
    assert_eq!(ended.reason, "detached: rollout-svc was away");
    mesh.stop().await;
}

/// The follower does not hear of what happened while it was away, and looks at every split.
#[tokio::test]
async fn what_happened_while_the_service_was_away_is_found_at_its_start() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let started = mesh.create(by_hand("orders")).await;
    mesh.put("orders", "h1", true).await;
    let mesh = mesh
        .restart_after(async |mesh| {
            mesh.release("h1", true, "").await.unwrap();
        })
        .await;
    let ended = mesh.wait_for(&started.id, RolloutState::RolledBack).await;
    assert_eq!(ended.share_in_force, 0.0);
    mesh.stop().await;
}
