//! A version that was rolled back goes out again only with force and a reason.

use vortex_kit::error::Reason;
use vortex_proto::{
    config::v1::{self as config, ChangeState},
    rollout::v1::{self as pb, RolloutState},
};

use crate::mesh::{Mesh, by_hand, refusal};

/// A rollout of `v2`, rolled back.
async fn rolled_back(mesh: &Mesh) -> String {
    mesh.stage("orders").await;
    let started = mesh.create(by_hand("orders")).await;
    let request = pb::RollBackRolloutRequest {
        id: started.id.clone(),
        reason: "it is slow".to_owned(),
        ..Default::default()
    };
    mesh.rollouts
        .clone()
        .roll_back_rollout(request)
        .await
        .unwrap();
    mesh.wait_for(&started.id, RolloutState::RolledBack).await;
    started.id
}

#[tokio::test]
async fn the_version_says_so_and_config_svc_knows_why() {
    let mesh = Mesh::new().await;
    let id = rolled_back(&mesh).await;
    let request = config::ListVersionsRequest {
        document: Some(config::DocumentRef {
            app: "orders".to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let listed = mesh.config.clone().list_versions(request).await.unwrap();
    let versions = listed.into_inner().versions;
    let shown: Vec<_> = versions
        .iter()
        .map(|version| {
            (
                version.name.as_str(),
                version.state(),
                version.rolled_back_by.as_str(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("v2", ChangeState::RolledBack, id.as_str()),
            ("v1", ChangeState::Released, "")
        ]
    );
    assert_eq!(mesh.changes(ChangeState::RolledBack).await, ["v2"]);
    assert!(mesh.changes(ChangeState::Staged).await.is_empty());
    assert_eq!(mesh.split(&id).await.end_reason, "it is slow");
    mesh.stop().await;
}

#[tokio::test]
async fn its_release_needs_force_and_a_reason() {
    let mesh = Mesh::new().await;
    let id = rolled_back(&mesh).await;
    for force in [false, true] {
        let refused = mesh.release("v2", force, "").await.unwrap_err();
        assert_eq!(refused.reason(), Reason::VersionRolledBack);
        assert_eq!(refused.metadata()["rollout"], id);
    }
    assert_eq!(mesh.stable("orders").await, "v1");
    mesh.release("v2", true, "it was the database")
        .await
        .unwrap();
    assert_eq!(mesh.stable("orders").await, "v2");
    mesh.stop().await;
}

#[tokio::test]
async fn a_new_rollout_of_it_needs_force_and_a_reason_that_the_audit_keeps() {
    let mesh = Mesh::new().await;
    let id = rolled_back(&mesh).await;
    let refused = refusal(mesh.rollouts.clone().create_rollout(by_hand("orders"))).await;
    assert_eq!(refused.reason(), Reason::VersionRolledBack);
    assert_eq!(refused.metadata()["rollout"], id);
    let forced = |reason: &str| pb::CreateRolloutRequest {
        force: true,
        reason: reason.to_owned(),
        ..by_hand("orders")
    };
    let unsaid = refusal(mesh.rollouts.clone().create_rollout(forced(""))).await;
    assert_eq!(unsaid.reason(), Reason::InvalidArgument);
    assert_eq!(unsaid.fields()[0].field, "reason");
    let again = mesh.create(forced("it was the database")).await;
    assert_eq!(again.share_in_force, 10.0);
    let audit = mesh.audit(&again.id).await;
    assert_eq!(audit[0].reason, "it was the database");
    mesh.stop().await;
}
