//! A store with a rollout in each state, and the service's answers about it.

use std::{path::Path, time::Duration};

use vortex_proto::{
    config::v1 as config,
    rollout::v1::{self as pb, RolloutState},
};

use super::summary;
use crate::mesh::{Mesh, arm, by_hand, rollout};

/// Plays the scene, leaves the store at `store`, and answers what the service said before.
pub(super) async fn play(store: &Path) -> String {
    let mesh = Mesh::new().await;
    for app in [
        "created",
        "running",
        "paused",
        "completed",
        "failed",
        "forced",
        "deleted",
        "timed",
        "detached",
        "reverted",
        "pending",
    ] {
        mesh.stage(app).await;
    }
    mesh.create(pb::CreateRolloutRequest {
        request_id: "create".to_owned(),
        description: "Nobody gets it".to_owned(),
        ..rollout("created")
    })
    .await;
    running(&mesh).await;
    paused(&mesh).await;
    let promoting = judged(&mesh, "completed").await;
    mesh.report_until(&promoting, 0, RolloutState::Completed)
        .await;
    forced(&mesh).await;
    deleted(&mesh).await;
    reset(&mesh).await;
    let failing = judged(&mesh, "failed").await;
    mesh.report_until(&failing, 20, RolloutState::RolledBack)
        .await;
    timed(&mesh).await;
    detached(&mesh).await;
    reverted(&mesh).await;
    pending(&mesh).await;
    let told = summary::of(mesh.rollouts.clone()).await;
    mesh.stop_and_keep(store).await;
    told
}

/// A rollout with figures of both arms, reported in every way.
async fn running(mesh: &Mesh) {
    let id = mesh.create(slow("running")).await.id;
    mesh.confirmed(&id).await;
    let mut canary = arm("canary", 100, 1);
    canary.latencies_ms = vec![12.5, 13.0, 250.0];
    mesh.report(&id, vec![canary, arm("stable", 900, 4)])
        .await
        .unwrap();
}

async fn paused(mesh: &Mesh) {
    let mut request = slow("paused");
    request.set_unit(pb::Unit::Subject);
    let id = mesh.create(request).await.id;
    mesh.confirmed(&id).await;
    let pause = pb::PauseRolloutRequest {
        id,
        reason: "lunch".to_owned(),
        request_id: "pause".to_owned(),
    };
    mesh.rollouts.clone().pause_rollout(pause).await.unwrap();
}

async fn judged(mesh: &Mesh, app: &str) -> String {
    let request = pb::CreateRolloutRequest {
        start: true,
        ..rollout(app)
    };
    mesh.create(request).await.id
}

/// A rollout of a change set that was rolled back before.
async fn forced(mesh: &Mesh) {
    let id = mesh.create(slow("forced")).await.id;
    let roll_back = pb::RollBackRolloutRequest {
        id: id.clone(),
        reason: "it is slow".to_owned(),
        request_id: "roll-back".to_owned(),
    };
    let mut rollouts = mesh.rollouts.clone();
    rollouts.roll_back_rollout(roll_back).await.unwrap();
    mesh.wait_for(&id, RolloutState::RolledBack).await;
    let again = pb::CreateRolloutRequest {
        force: true,
        reason: "it was the database".to_owned(),
        ..slow("forced")
    };
    mesh.confirmed(&mesh.create(again).await.id).await;
}

/// A deleted rollout: only the answer to the request is left of it.
async fn deleted(mesh: &Mesh) {
    let id = mesh.create(rollout("deleted")).await.id;
    let delete = pb::DeleteRolloutRequest {
        id,
        request_id: "delete".to_owned(),
    };
    mesh.rollouts.clone().delete_rollout(delete).await.unwrap();
}

async fn reset(mesh: &Mesh) {
    let reset = pb::ResetBreakerRequest {
        reason: "looked at it".to_owned(),
        request_id: "reset".to_owned(),
    };
    mesh.rollouts.clone().reset_breaker(reset).await.unwrap();
}

/// A rollout with latencies, whose sketches are stored too.
async fn timed(mesh: &Mesh) {
    let id = judged(mesh, "timed").await;
    let report = async {
        let mut ticks = tokio::time::interval(Duration::from_millis(20));
        loop {
            ticks.tick().await;
            let arms = ["canary", "stable"].map(|name| pb::ArmReport {
                latencies_ms: (1..=100).map(f64::from).collect(),
                ..arm(name, 100, 0)
            });
            // a report after the end is refused
            let _ = mesh.report(&id, arms.to_vec()).await;
        }
    };
    tokio::select! {
        _ = mesh.wait_for(&id, RolloutState::Completed) => {}
        () = report => unreachable!("it has no end"),
    }
}

async fn detached(mesh: &Mesh) {
    let id = mesh.create(slow("detached")).await.id;
    mesh.confirmed(&id).await;
    mesh.put("detached", "v3", true).await;
    let release = config::ReleaseChangeRequest {
        name: "v3".to_owned(),
        force: true,
        ..Default::default()
    };
    mesh.config.clone().release_change(release).await.unwrap();
    mesh.wait(&id, |seen| {
        let rollout = seen.rollout.as_ref().unwrap();
        rollout.state() != RolloutState::Running
    })
    .await;
}

async fn reverted(mesh: &Mesh) {
    let id = mesh.create(by_hand("reverted")).await.id;
    mesh.confirmed(&id).await;
    let complete = pb::CompleteRolloutRequest {
        id: id.clone(),
        ..Default::default()
    };
    mesh.rollouts
        .clone()
        .complete_rollout(complete)
        .await
        .unwrap();
    mesh.wait_for(&id, RolloutState::Completed).await;
    let revert = pb::RevertRolloutRequest {
        id,
        reason: "It was wrong".to_owned(),
        ..Default::default()
    };
    let reverting = mesh.rollouts.clone().revert_rollout(revert).await.unwrap();
    let id = reverting.into_inner().rollout.unwrap().id;
    mesh.confirmed(&id).await;
    let complete = pb::CompleteRolloutRequest {
        id: id.clone(),
        ..Default::default()
    };
    mesh.rollouts
        .clone()
        .complete_rollout(complete)
        .await
        .unwrap();
    mesh.wait_for(&id, RolloutState::Completed).await;
}

/// A promoted rollout, of which config-svc has not heard.
async fn pending(mesh: &Mesh) {
    let id = mesh.create(slow("pending")).await.id;
    mesh.confirmed(&id).await;
    mesh.link.cut(true);
    let promote = pb::PromoteRolloutRequest {
        id,
        ..Default::default()
    };
    mesh.rollouts
        .clone()
        .promote_rollout(promote)
        .await
        .unwrap();
}

/// A rollout that stays where it is: its slices take an hour.
fn slow(app: &str) -> pb::CreateRolloutRequest {
    let interval = prost_types::Duration {
        seconds: 3_600,
        nanos: 0,
    };
    pb::CreateRolloutRequest {
        analysis: Some(pb::Analysis {
            interval: Some(interval),
            ..Default::default()
        }),
        ..by_hand(app)
    }
}
