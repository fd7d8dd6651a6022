//! What sources import to be rolled out.

use vortex_proto::rollout::v1::{self as pb, RolloutState};
use vortex_tests::Repository;

use crate::mesh::{Mesh, rollout};

#[tokio::test]
async fn what_is_replaced_before_it_began_makes_room_for_what_replaced_it() {
    let repository = Repository::empty();
    repository.commit(&[("orders.yml", "n: 1")]);
    let mesh = Mesh::fed(&repository, |_| {}).await;
    mesh.link.deafen(true);
    let second = repository.commit(&[("orders.yml", "n: 2")]);
    mesh.look().await;
    let replaced = mesh.rollout_of(&second).await;
    let third = repository.commit(&[("orders.yml", "n: 3")]);
    mesh.look().await;
    let waits = mesh.complaint("sources").await;
    assert!(
        waits.contains(&third) && waits.contains(&replaced.id),
        "{waits}"
    );
    mesh.link.deafen(false);
    let began = mesh.rollout_of(&third).await;
    let began = mesh.confirmed(&began.id).await;
    assert_eq!((began.share_in_force, &*began.source), (1.0, "git"));
    let ended = mesh.wait_for(&replaced.id, RolloutState::RolledBack).await;
    assert!(ended.reason.contains("took its place"), "{}", ended.reason);
    assert_eq!(
        mesh.actions(&replaced.id).await,
        ["create", "start", "detach", "roll_back"]
    );
    mesh.stop().await;
}

#[tokio::test]
async fn an_open_breaker_lets_no_commit_out_until_it_is_reset() {
    let repository = Repository::empty();
    repository.commit(&[("orders.yml", "n: 1")]);
    let mesh = Mesh::fed(&repository, |settings| settings.breaker_max_rollbacks = 0).await;
    open_breaker(&mesh).await;
    let commit = repository.commit(&[("orders.yml", "n: 3")]);
    mesh.look().await;
    let waits = mesh.complaint("sources").await;
    assert!(
        waits.contains(&commit) && waits.contains("breaker"),
        "{waits}"
    );
    let reset = pb::ResetBreakerRequest::default();
    mesh.rollouts.clone().reset_breaker(reset).await.unwrap();
    let began = mesh.rollout_of(&commit).await;
    mesh.confirmed(&began.id).await;
    mesh.stop().await;
}

/// Lets a rollout of another label's document fail.
async fn open_breaker(mesh: &Mesh) {
    let document = |version: &str, stage_only| vortex_proto::config::v1::PutDocumentRequest {
        document: Some(vortex_proto::config::v1::DocumentRef {
            app: "bad".to_owned(),
            label: "other".to_owned(),
            ..Default::default()
        }),
        content: format!("version: {version}").into(),
        version: version.to_owned(),
        stage_only,
        ..Default::default()
    };
    let mut config = mesh.config.clone();
    config.put_document(document("v1", false)).await.unwrap();
    config.put_document(document("v2", true)).await.unwrap();
    let mut request = rollout("bad");
    request.start = true;
    if let Some(pb::create_rollout_request::Target::Document(target)) = &mut request.target {
        target.label = "other".to_owned();
    }
    let bad = mesh.create(request).await;
    mesh.report_until(&bad.id, 50, RolloutState::RolledBack)
        .await;
}
