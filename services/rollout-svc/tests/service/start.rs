//! The answer to a start: config-svc's answer to the first share.

use vortex_kit::error::Reason;
use vortex_proto::rollout::v1::{self as pb, EffectState, RolloutState};

use crate::mesh::{Mesh, by_hand, refusal, rollout};

fn start(id: &str, request_id: &str) -> pb::StartRolloutRequest {
    pb::StartRolloutRequest {
        id: id.to_owned(),
        request_id: request_id.to_owned(),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_start_is_answered_once_readers_get_the_first_share() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let started = mesh.create(by_hand("orders")).await;
    assert_eq!(started.effect(), EffectState::Confirmed);
    assert_eq!(started.share_in_force, 10.0);
    mesh.stop().await;
}

#[tokio::test]
async fn a_hotfix_that_came_between_is_not_taken_back() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let created = mesh.create(rollout("orders")).await;
    mesh.put("orders", "h1", false).await;
    let moved = refusal(mesh.rollouts.clone().start_rollout(start(&created.id, "s"))).await;
    assert_eq!(moved.reason(), Reason::BaselineMoved);
    assert_eq!(moved.reason().http_status(), 412);
    assert_eq!(moved.metadata()["stable"], "h1");
    assert!(moved.message().contains("h1"), "{moved}");
    let kept = mesh.get(&created.id).await;
    assert_eq!(kept.state(), RolloutState::Created, "nothing has changed");
    assert_eq!(mesh.actions(&created.id).await, ["create"]);
    assert_eq!(mesh.stable("orders").await, "h1");
    // the version that it was created against is stable again
    mesh.release("v1", false, "").await.unwrap();
    let mut rollouts = mesh.rollouts.clone();
    let started = rollouts.start_rollout(start(&created.id, "s")).await;
    let started = started.unwrap().into_inner().rollout.unwrap();
    assert_eq!(started.share_in_force, 10.0);
    mesh.stop().await;
}

#[tokio::test]
async fn what_was_released_or_given_up_between_does_not_start() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let created = mesh.create(rollout("orders")).await;
    mesh.release("v2", false, "").await.unwrap();
    let released = refusal(mesh.rollouts.clone().start_rollout(start(&created.id, ""))).await;
    assert_eq!(released.reason(), Reason::BaselineMoved);
    assert_eq!(released.metadata()["stable"], "v2");

    mesh.stage("carts").await;
    let created = mesh.create(rollout("carts")).await;
    let discard = vortex_proto::config::v1::DiscardChangeRequest {
        name: "v2".to_owned(),
        path: "carts.yml".to_owned(),
        ..Default::default()
    };
    mesh.config.clone().discard_change(discard).await.unwrap();
    let given_up = refusal(mesh.rollouts.clone().start_rollout(start(&created.id, ""))).await;
    assert_eq!(given_up.reason(), Reason::ChangeDiscarded);
    assert_eq!(mesh.get(&created.id).await.state(), RolloutState::Created);
    mesh.stop().await;
}

/// config-svc is away at the start and refuses afterwards: the rollout ends and holds nothing, and
/// a repeat under the same id is answered with the refusal.
#[tokio::test]
async fn a_start_that_is_refused_late_ends_the_rollout() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let created = mesh.create(rollout("orders")).await;
    mesh.link.deafen(true);
    let mut rollouts = mesh.rollouts.clone();
    let started = rollouts.start_rollout(start(&created.id, "s")).await;
    let started = started.unwrap().into_inner().rollout.unwrap();
    assert_eq!(started.effect(), EffectState::Pending);
    mesh.put("orders", "h1", false).await;
    let mesh = mesh.restart().await;
    mesh.link.deafen(false);
    let ended = mesh.wait_for(&created.id, RolloutState::RolledBack).await;
    assert!(ended.reason.contains("h1"), "{}", ended.reason);
    assert_eq!(ended.share_in_force, 0.0);
    for _ in 0..2 {
        let again = refusal(mesh.rollouts.clone().start_rollout(start(&created.id, "s"))).await;
        assert_eq!(again.reason(), Reason::BaselineMoved);
        assert_eq!(again.metadata()["stable"], "h1");
    }
    assert_eq!(mesh.stable("orders").await, "h1");
    let mut anew = by_hand("orders");
    if let Some(pb::create_rollout_request::Target::Document(target)) = &mut anew.target {
        target.from_version = "h1".to_owned();
    }
    let anew = mesh.create(anew).await;
    assert_eq!(anew.share_in_force, 10.0, "the first held the document");
    mesh.stop().await;
}

#[tokio::test]
async fn the_same_start_again_is_answered_as_the_first() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let request = pb::CreateRolloutRequest {
        request_id: "create-1".to_owned(),
        ..by_hand("orders")
    };
    let first = mesh.create(request.clone()).await;
    let pause = pb::PauseRolloutRequest {
        id: first.id.clone(),
        ..Default::default()
    };
    mesh.rollouts.clone().pause_rollout(pause).await.unwrap();
    assert_eq!(mesh.create(request.clone()).await, first);
    let mesh = mesh.restart().await;
    assert_eq!(mesh.create(request).await, first);
    mesh.stop().await;
}
