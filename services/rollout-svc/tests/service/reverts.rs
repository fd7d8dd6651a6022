//! Reverts of rollouts, deletions included; a refusal leaves nothing staged.

use vortex_kit::error::{Fault, Reason};
use vortex_proto::{
    config::v1::{self as config, ChangeState},
    rollout::v1::{self as pb, RolloutState},
};

use crate::mesh::{Mesh, by_hand, refusal, rollout};

async fn revert(mesh: &Mesh, id: &str) -> Result<pb::Rollout, Fault> {
    let request = pb::RevertRolloutRequest {
        id: id.to_owned(),
        ..Default::default()
    };
    let reverted = mesh.rollouts.clone().revert_rollout(request).await;
    reverted
        .map(|answer| answer.into_inner().rollout.unwrap())
        .map_err(|status| Fault::from_status(&status))
}

async fn complete(mesh: &Mesh, id: &str) {
    let request = pb::CompleteRolloutRequest {
        id: id.to_owned(),
        ..Default::default()
    };
    mesh.rollouts
        .clone()
        .complete_rollout(request)
        .await
        .unwrap();
    mesh.wait_for(id, RolloutState::Completed).await;
}

/// A rollout of `v2`, completed.
async fn completed(mesh: &Mesh) -> String {
    mesh.stage("orders").await;
    let started = mesh.create(by_hand("orders")).await;
    complete(mesh, &started.id).await;
    started.id
}

#[tokio::test]
async fn a_deletion_is_taken_back() {
    let mesh = Mesh::new().await;
    mesh.put("orders", "v1", false).await;
    let delete = config::DeleteDocumentRequest {
        document: Some(config::DocumentRef {
            app: "orders".to_owned(),
            ..Default::default()
        }),
        stage_only: true,
        version: "v2".to_owned(),
        ..Default::default()
    };
    mesh.config.clone().delete_document(delete).await.unwrap();
    let started = mesh.create(by_hand("orders")).await;
    complete(&mesh, &started.id).await;
    let back = revert(&mesh, &started.id).await.unwrap();
    assert_eq!(
        (back.from_version.as_str(), back.share_in_force),
        ("", 100.0)
    );
    complete(&mesh, &back.id).await;
    let stable = mesh.stable("orders").await;
    assert!(stable.starts_with("revert-v2"), "{stable}");
    mesh.stop().await;
}

#[tokio::test]
async fn a_revert_that_is_refused_leaves_nothing_staged() {
    let mesh = Mesh::new().await;
    let id = completed(&mesh).await;
    mesh.put("orders", "v3", true).await;
    let mut other = rollout("orders");
    if let Some(pb::create_rollout_request::Target::Document(target)) = &mut other.target {
        (target.from_version, target.to_version) = ("v2".to_owned(), "v3".to_owned());
    }
    // it holds the document here, but config-svc does not know of it yet
    let other = mesh.create(other).await;
    let refused = revert(&mesh, &id).await.unwrap_err();
    assert_eq!(refused.reason(), Reason::RolloutConflict);
    assert_eq!(mesh.changes(ChangeState::Staged).await, ["v3"]);
    let delete = pb::DeleteRolloutRequest {
        id: other.id,
        ..Default::default()
    };
    mesh.rollouts.clone().delete_rollout(delete).await.unwrap();
    let back = revert(&mesh, &id).await.unwrap();
    assert_eq!(back.share_in_force, 100.0);
    let again = revert(&mesh, &id).await.unwrap_err();
    assert_eq!(again.reason(), Reason::RolloutConflict);
    assert_eq!(again.metadata()["rollout"], back.id);
    mesh.stop().await;
}

/// The service ends after staging and before giving up: after a restart it gives the change set up.
#[tokio::test]
async fn what_was_staged_for_a_revert_is_given_up_also_after_a_restart() {
    let mesh = Mesh::new().await;
    let id = completed(&mesh).await;
    mesh.link.blind(true);
    let refused = revert(&mesh, &id).await.unwrap_err();
    assert_eq!(refused.reason(), Reason::Unavailable);
    let staged = mesh.changes(ChangeState::Staged).await;
    assert_eq!(staged.len(), 1, "it can't be given up yet: {staged:?}");
    let mesh = mesh.restart().await;
    mesh.link.blind(false);
    mesh.until(async || mesh.changes(ChangeState::Staged).await.is_empty())
        .await;
    assert_eq!(mesh.changes(ChangeState::Discarded).await, staged);
    let back = revert(&mesh, &id).await.unwrap();
    assert_eq!(back.change, staged[0]);
    mesh.stop().await;
}

#[tokio::test]
async fn only_a_completed_rollout_is_taken_back() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let created = mesh.create(rollout("orders")).await;
    let request = pb::RevertRolloutRequest {
        id: created.id,
        ..Default::default()
    };
    let early = refusal(mesh.rollouts.clone().revert_rollout(request)).await;
    assert_eq!(early.reason(), Reason::RolloutWrongState);
    mesh.stop().await;
}
