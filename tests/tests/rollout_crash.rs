//! Rollouts whose services are killed at random moments: each is where its audit
//! says, makes each transition once, and ends.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout)] // all of this is test code

#[path = "rollout_crash/rollout.rs"]
mod rollout;

use std::time::Duration;

use vortex_tests::{Mesh, Mode, Options, ServiceName};

use rollout::{Reporter, Rollout};

/// How often something is killed.
fn kills() -> usize {
    if std::env::var_os("VORTEX_SOAK").is_some() {
        500
    } else {
        20
    }
}

/// The longest that a mesh is left alone; a rollout takes about three times as long.
const QUIET_MS: u64 = 600;

#[tokio::test]
async fn a_rollout_survives_that_its_one_process_is_killed() {
    survive(Mode::One, &[ServiceName::Config]).await;
}

#[tokio::test]
async fn a_rollout_survives_that_rollout_svc_and_config_svc_are_killed_apart() {
    survive(Mode::Many, &[ServiceName::Config, ServiceName::Rollout]).await;
}

async fn survive(mode: Mode, victims: &[ServiceName]) {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let mut mesh = Mesh::start(mode, &Options::default());
    let reporter = Reporter::start(mesh.http);
    let mut rollouts = 1;
    let mut rollout = Rollout::start(&mesh, rollouts).await;
    reporter.report(&rollout);
    for _ in 0..kills() {
        tokio::time::sleep(Duration::from_millis(random.u64(0..QUIET_MS))).await;
        let victim = *random.choice(victims).expect("there is one");
        mesh.kill(victim);
        mesh.start_again(victim);
        let ended = rollout.check(&mesh).await;
        if ended {
            rollouts += 1;
            rollout = Rollout::start(&mesh, rollouts).await;
            reporter.report(&rollout);
        }
    }
    rollout.end(&mesh).await;
    println!("{} kills, {rollouts} rollouts", kills());
    reporter.stop().await;
    mesh.stop();
}

/// What readers get does not depend on who moves it.
#[tokio::test]
async fn readers_stay_where_they_are_while_rollout_svc_is_away() {
    let mut mesh = Mesh::start(Mode::Many, &Options::default());
    let rollout = Rollout::start_by_hand(&mesh, 25.0).await;
    let before = rollout.seen(&mesh).await;
    assert!(
        before.iter().any(|seen| seen != &before[0]),
        "all are on one arm"
    );
    mesh.kill(ServiceName::Rollout);
    assert_eq!(rollout.seen(&mesh).await, before);
    mesh.kill(ServiceName::Config);
    mesh.start_again(ServiceName::Config);
    assert_eq!(rollout.seen(&mesh).await, before);
    mesh.start_again(ServiceName::Rollout);
    rollout.check(&mesh).await;
    assert_eq!(rollout.seen(&mesh).await, before);
    mesh.stop();
}
