//! A link that is cut, a link that loses messages, and a service that restarts.

use vortex_proto::{
    config::v1::SplitState,
    rollout::v1::{self as pb, EffectState, RolloutState},
};

use crate::mesh::{Mesh, by_hand};

/// The number of rollouts that are moved over a bad link.
const ROLLOUTS: usize = 8;
/// The number of effects in ten that go wrong.
const BAD: u8 = 6;

#[tokio::test]
async fn what_was_decided_while_config_svc_was_away_is_told_when_it_is_back() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let created = mesh
        .create(pb::CreateRolloutRequest {
            start: false,
            ..by_hand("orders")
        })
        .await;
    mesh.link.cut(true);
    let start = pb::StartRolloutRequest {
        id: created.id.clone(),
        ..Default::default()
    };
    mesh.rollouts.clone().start_rollout(start).await.unwrap();
    let tried = mesh.wait(&created.id, |seen| {
        !seen.rollout.as_ref().unwrap().effect_error.is_empty()
    });
    let tried = tried.await;
    assert_eq!(tried.effect(), EffectState::Pending);
    assert!(
        tried.effect_error.contains("the link is cut"),
        "{}",
        tried.effect_error
    );
    mesh.link.cut(false);
    let confirmed = mesh.confirmed(&created.id).await;
    assert_eq!((confirmed.share_in_force, confirmed.generation), (10.0, 1));
    mesh.stop().await;
}

#[tokio::test]
async fn a_rollback_takes_the_place_of_what_was_not_told_yet() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let started = mesh.create(by_hand("orders")).await;
    mesh.confirmed(&started.id).await;
    mesh.link.cut(true);
    promote(&mesh, &started.id).await;
    roll_back(&mesh, &started.id).await;
    mesh.link.cut(false);
    let ended = mesh.wait_for(&started.id, RolloutState::RolledBack).await;
    assert_eq!(ended.effect(), EffectState::Confirmed);
    let split = mesh.split(&started.id).await;
    assert_eq!((split.state(), split.generation), (SplitState::Removed, 3));
    mesh.stop().await;
}

#[tokio::test]
async fn a_service_that_starts_again_goes_on_where_it_was() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let started = mesh.create(by_hand("orders")).await;
    let confirmed = mesh.confirmed(&started.id).await;
    mesh.link.cut(true);
    promote(&mesh, &started.id).await;
    let before = mesh.audit(&started.id).await;
    let mesh = mesh.restart().await;
    let known = mesh.get(&started.id).await;
    assert_eq!(
        (known.stage_index, known.effect()),
        (Some(1), EffectState::Pending)
    );
    assert_eq!(mesh.audit(&started.id).await, before);
    mesh.link.cut(false);
    let moved = mesh.confirmed(&started.id).await;
    assert_eq!(moved.share_in_force, 100.0);
    assert_eq!(moved.created_at, confirmed.created_at);
    mesh.stop().await;
}

#[tokio::test]
async fn over_a_bad_link_each_step_is_done_once() {
    let given = std::env::var("VORTEX_SEED")
        .ok()
        .map(|seed| seed.parse().unwrap());
    let seed: u64 = given.unwrap_or_else(|| fastrand::u64(..));
    println!("VORTEX_SEED={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let mesh = Mesh::over(BAD, seed, |_| {}).await;
    for number in 0..ROLLOUTS {
        let app = format!("app-{number}");
        mesh.stage(&app).await;
        let started = mesh.create(by_hand(&app)).await;
        mesh.confirmed(&started.id).await;
        promote(&mesh, &started.id).await;
        let completes = random.bool();
        if completes {
            mesh.confirmed(&started.id).await;
            promote(&mesh, &started.id).await;
        } else {
            roll_back(&mesh, &started.id).await;
        }
        let (state, split, stable) = if completes {
            (RolloutState::Completed, SplitState::Released, "v2")
        } else {
            (RolloutState::RolledBack, SplitState::Removed, "v1")
        };
        let ended = mesh.wait_for(&started.id, state).await;
        let known = mesh.split(&started.id).await;
        assert_eq!((known.state(), known.generation), (split, ended.generation));
        assert_eq!(mesh.stable(&app).await, stable);
        let audit = mesh.audit(&started.id).await;
        let numbers: Vec<u64> = audit.iter().map(|entry| entry.number).collect();
        assert_eq!(numbers, (1..=audit.len() as u64).collect::<Vec<_>>());
        assert!(
            audit
                .windows(2)
                .all(|two| two[0].to_state == two[1].from_state)
        );
    }
    mesh.stop().await;
}

async fn promote(mesh: &Mesh, id: &str) {
    let request = pb::PromoteRolloutRequest {
        id: id.to_owned(),
        ..Default::default()
    };
    mesh.rollouts
        .clone()
        .promote_rollout(request)
        .await
        .unwrap();
}

async fn roll_back(mesh: &Mesh, id: &str) {
    let request = pb::RollBackRolloutRequest {
        id: id.to_owned(),
        reason: "enough".to_owned(),
        ..Default::default()
    };
    mesh.rollouts
        .clone()
        .roll_back_rollout(request)
        .await
        .unwrap();
}
