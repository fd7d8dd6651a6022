//! Rollouts of commits that sources import.

use vortex_proto::{
    config::v1 as config,
    rollout::v1::{self as pb, RolloutState},
};
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
    assert!(ended.reason.contains("was discarded"), "{}", ended.reason);
    assert_eq!(
        mesh.actions(&replaced.id).await,
        ["create", "start", "detach"]
    );
    mesh.stop().await;
}

/// A commit whose rollout could not begin gets another one.
#[tokio::test]
async fn a_commit_whose_rollout_could_not_begin_gets_another() {
    let repository = Repository::empty();
    let first = repository.commit(&[("orders.yml", "n: 1")]);
    let mesh = Mesh::fed(&repository, |_| {}).await;
    let second = repository.commit(&[("orders.yml", "n: 2")]);
    mesh.look().await;
    let completed = mesh.rollout_of(&second).await;
    mesh.confirmed(&completed.id).await;
    let complete = pb::CompleteRolloutRequest {
        id: completed.id.clone(),
        ..Default::default()
    };
    let mut rollouts = mesh.rollouts.clone();
    rollouts.complete_rollout(complete).await.unwrap();
    mesh.wait_for(&completed.id, RolloutState::Completed).await;
    mesh.link.deafen(true);
    let third = repository.commit(&[("orders.yml", "n: 3")]);
    mesh.look().await;
    let refused = mesh.rollout_of(&third).await;
    // somebody reverts the commit before config-svc has heard of the first share
    mesh.release(&first, false, "").await.unwrap();
    mesh.link.deafen(false);
    let refused = mesh.wait_for(&refused.id, RolloutState::RolledBack).await;
    assert!(refused.reason.contains(&first), "{}", refused.reason);
    let another = mesh
        .rollout_where(|rollout| rollout.change == third && rollout.id != refused.id)
        .await;
    let began = mesh.confirmed(&another.id).await;
    assert_eq!((began.share_in_force, began.from_version), (1.0, first));
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

#[tokio::test]
async fn a_label_that_goes_ends_its_rollout() {
    let repository = Repository::empty();
    repository.commit(&[("orders.yml", "n: 1")]);
    repository.git(&["branch", "dev"]);
    let mesh = Mesh::fed(&repository, |_| {}).await;
    repository.git(&["checkout", "--quiet", "dev"]);
    let commit = repository.commit(&[("orders.yml", "n: 2")]);
    mesh.look().await;
    let began = mesh.rollout_of(&commit).await;
    assert_eq!(began.label, "dev");
    mesh.confirmed(&began.id).await;
    repository.git(&["checkout", "--quiet", "main"]);
    repository.git(&["branch", "--quiet", "-D", "dev"]);
    mesh.look().await;
    let ended = mesh.wait_for(&began.id, RolloutState::RolledBack).await;
    assert_eq!(ended.reason, "detached: label dev is gone");
    let last = mesh.audit(&began.id).await.pop().unwrap();
    assert_eq!(
        (last.action.as_str(), last.principal.as_str()),
        ("detach", "source:git")
    );
    mesh.stop().await;
}

#[tokio::test]
async fn a_split_that_no_rollout_moves_is_told_of() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let plan = config::PlanSplitRequest {
        target: Some(config::plan_split_request::Target::Change(
            config::ChangeTarget {
                name: "v2".to_owned(),
                label: String::new(),
            },
        )),
        ..Default::default()
    };
    let planned = mesh.splits.clone().plan_split(plan).await.unwrap();
    let set = config::SetSplitRequest {
        id: "stranger".to_owned(),
        label: "main".to_owned(),
        change_sequence: planned.into_inner().change_sequence,
        percentage: 10.0,
        unit: config::SplitUnit::Instance.into(),
        generation: 1,
        ..Default::default()
    };
    mesh.splits.clone().set_split(set).await.unwrap();
    let mesh = mesh.restart().await;
    let told = mesh.complaint("splits").await;
    assert!(told.contains("stranger"), "{told}");
    mesh.stop().await;
}

/// Makes a rollout of another label's document fail.
async fn open_breaker(mesh: &Mesh) {
    let document = |version: &str, stage_only| config::PutDocumentRequest {
        document: Some(config::DocumentRef {
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
