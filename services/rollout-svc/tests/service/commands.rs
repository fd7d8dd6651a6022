//! Operators' commands: repeated, in the wrong state, listing, deletion, revert.

use vortex_kit::error::Reason;
use vortex_proto::rollout::v1::{self as pb, RolloutState};

use crate::mesh::{Mesh, by_hand, refusal, rollout};

fn pause(id: &str, request_id: &str, reason: &str) -> pb::PauseRolloutRequest {
    pb::PauseRolloutRequest {
        id: id.to_owned(),
        reason: reason.to_owned(),
        request_id: request_id.to_owned(),
    }
}

#[tokio::test]
async fn the_same_request_again_gives_the_same_answer_also_after_a_restart() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let request = pb::CreateRolloutRequest {
        request_id: "create-1".to_owned(),
        ..rollout("orders")
    };
    let created = mesh.create(request.clone()).await;
    let start = pb::StartRolloutRequest {
        id: created.id.clone(),
        request_id: "start-1".to_owned(),
        ..Default::default()
    };
    let started = mesh
        .rollouts
        .clone()
        .start_rollout(start.clone())
        .await
        .unwrap();
    mesh.confirmed(&created.id).await;
    assert_eq!(mesh.create(request.clone()).await, created);
    let mesh = mesh.restart().await;
    assert_eq!(mesh.create(request).await, created);
    let again = mesh.rollouts.clone().start_rollout(start).await.unwrap();
    let state = |answer: tonic::Response<pb::StartRolloutResponse>| {
        let rollout = answer.into_inner().rollout.unwrap();
        (rollout.state, rollout.revision, rollout.generation)
    };
    assert_eq!(state(again), state(started));
    assert_eq!(mesh.actions(&created.id).await, ["create", "start"]);
    mesh.stop().await;
}

#[tokio::test]
async fn a_request_id_is_good_for_one_request() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let started = mesh.create(by_hand("orders")).await;
    let mut rollouts = mesh.rollouts.clone();
    rollouts
        .pause_rollout(pause(&started.id, "once", "lunch"))
        .await
        .unwrap();
    let other = refusal(rollouts.pause_rollout(pause(&started.id, "once", "dinner"))).await;
    assert_eq!(other.reason(), Reason::RequestIdReused);
    mesh.stop().await;
}

#[tokio::test]
async fn two_rollouts_never_have_one_document() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let first = mesh.create(rollout("orders")).await;
    let second = refusal(mesh.rollouts.clone().create_rollout(rollout("orders"))).await;
    assert_eq!(second.reason(), Reason::RolloutConflict);
    assert_eq!(second.metadata().get("rollout"), Some(&first.id));
    let delete = pb::DeleteRolloutRequest {
        id: first.id.clone(),
        ..Default::default()
    };
    mesh.rollouts.clone().delete_rollout(delete).await.unwrap();
    let request = pb::GetRolloutRequest { id: first.id };
    let gone = refusal(mesh.rollouts.clone().get_rollout(request)).await;
    assert_eq!(gone.reason(), Reason::RolloutNotFound);
    mesh.create(rollout("orders")).await;
    mesh.stop().await;
}

async fn complete(mesh: &Mesh, id: &str) {
    let complete = pb::CompleteRolloutRequest {
        id: id.to_owned(),
        ..Default::default()
    };
    let mut rollouts = mesh.rollouts.clone();
    rollouts.complete_rollout(complete).await.unwrap();
    mesh.wait_for(id, RolloutState::Completed).await;
}

#[tokio::test]
async fn a_completed_rollout_is_taken_back_by_another() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let started = mesh.create(by_hand("orders")).await;
    mesh.confirmed(&started.id).await;
    let revert = pb::RevertRolloutRequest {
        id: started.id.clone(),
        ..Default::default()
    };
    let early = refusal(mesh.rollouts.clone().revert_rollout(revert.clone())).await;
    assert_eq!(early.reason(), Reason::RolloutWrongState);
    complete(&mesh, &started.id).await;
    let reverting = mesh.rollouts.clone().revert_rollout(revert).await.unwrap();
    let reverting = reverting.into_inner().rollout.unwrap();
    assert_eq!(reverting.reverts, started.id);
    mesh.confirmed(&reverting.id).await;
    complete(&mesh, &reverting.id).await;
    let stable = mesh.stable("orders").await;
    assert!(stable.starts_with("revert-v2"), "{stable}");
    mesh.stop().await;
}

#[tokio::test]
async fn rollouts_are_listed_newest_first_in_pages() {
    let mesh = Mesh::new().await;
    let mut ids = Vec::new();
    for app in ["orders", "carts", "orders-eu"] {
        mesh.stage(app).await;
        ids.insert(0, mesh.create(rollout(app)).await.id);
    }
    let list = async |app: &str, size: u32, token: &str| {
        let request = pb::ListRolloutsRequest {
            app: app.to_owned(),
            page_size: size,
            page_token: token.to_owned(),
            ..Default::default()
        };
        let listed = mesh
            .rollouts
            .clone()
            .list_rollouts(request)
            .await
            .unwrap()
            .into_inner();
        let ids: Vec<String> = listed
            .rollouts
            .into_iter()
            .map(|rollout| rollout.id)
            .collect();
        (ids, listed.next_page_token)
    };
    let (first, token) = list("", 2, "").await;
    assert_eq!(first, ids[..2]);
    let (rest, end) = list("", 2, &token).await;
    assert_eq!((rest.as_slice(), end.as_str()), (&ids[2..], ""));
    let (carts, _) = list("carts", 0, "").await;
    assert_eq!(carts, [ids[1].clone()]);
    mesh.stop().await;
}

#[tokio::test]
async fn rollouts_are_listed_by_application_not_by_how_its_name_begins() {
    let mesh = Mesh::new().await;
    for app in ["app7", "app7-eu", "app70"] {
        mesh.stage(app).await;
        let mut asked = rollout(app);
        asked.apps = vec![format!("{app}-gate")];
        mesh.create(asked).await;
    }
    for (app, expected) in [
        ("app7", vec!["app7.yml"]),
        ("app7-eu", vec!["app7-eu.yml"]),
        ("app70", vec!["app70.yml"]),
        ("app7-gate", vec!["app7.yml"]),
        ("app", vec![]),
    ] {
        let request = pb::ListRolloutsRequest {
            app: app.to_owned(),
            ..Default::default()
        };
        let listed = mesh.rollouts.clone().list_rollouts(request).await.unwrap();
        let listed = listed.into_inner().rollouts.into_iter();
        let paths: Vec<String> = listed.flat_map(|rollout| rollout.paths).collect();
        assert_eq!(paths, expected, "{app}");
    }
    mesh.stop().await;
}

#[tokio::test]
async fn a_list_by_state_has_those_in_it_and_none_where_no_rollout_can_be() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let created = mesh.create(rollout("orders")).await.id;
    for (state, expected) in [
        (RolloutState::Created, vec![created]),
        (RolloutState::Running, Vec::new()),
        (RolloutState::Superseded, Vec::new()),
    ] {
        let request = pb::ListRolloutsRequest {
            states: vec![state.into()],
            ..Default::default()
        };
        let listed = mesh.rollouts.clone().list_rollouts(request).await.unwrap();
        let listed = listed.into_inner().rollouts.into_iter();
        let ids: Vec<String> = listed.map(|rollout| rollout.id).collect();
        assert_eq!(ids, expected, "{state:?}");
    }
    mesh.stop().await;
}
