//! What instances are told to run.

use vortex_proto::{config::v1 as config, heartbeat::v1 as pb};

use crate::{
    ingest::{Around, Ingest, fleet, heartbeat, until},
    views::{STORE, split},
};

async fn told(ingest: &Ingest, report: pb::Heartbeat, version: &str) -> pb::HeartbeatReply {
    let mut reply = pb::HeartbeatReply::default();
    until("it is known what should run", async || {
        reply = ingest.report(report.clone()).await.unwrap();
        reply.expected_version == version
    })
    .await;
    reply
}

#[tokio::test]
async fn an_instance_is_told_the_version_of_its_arm() {
    let around = Around::new().await;
    around.config.serve(
        "orders",
        5,
        &["v1", "v2"],
        vec![split("r1", 3, 10_000, &["pod-2"])],
    );
    let ingest = around.start(|_| {}).await;
    let canary = told(&ingest, heartbeat("pod-1", 1), "v2").await;
    let assignment = config::Assignment {
        split: "r1".to_owned(),
        change: "v2".to_owned(),
        generation: 3,
        arm: config::Arm::Canary.into(),
        unit: config::SplitUnit::Instance.into(),
        forced: false,
    };
    assert_eq!(canary.expected_assignments, vec![assignment.clone()]);
    let stable = told(&ingest, heartbeat("pod-2", 1), "v1").await;
    let forced = config::Assignment {
        arm: config::Arm::Stable.into(),
        forced: true,
        ..assignment
    };
    assert_eq!(stable.expected_assignments, [forced]);
    let interval = stable.next_interval.unwrap();
    assert_eq!((interval.seconds, stable.jitter.unwrap().seconds), (30, 3));
    ingest.stop().await;
}

#[tokio::test]
async fn who_is_behind_has_time_and_who_is_lost_is_told() {
    let around = Around::new().await;
    around.config.serve("orders", 5, &["v1"], vec![]);
    let ingest = around.start(|_| {}).await;
    told(&ingest, heartbeat("pod-1", 1), "v1").await;
    around.config.serve("orders", 6, &["v2"], vec![]);
    // v1 was right just now
    assert!(!told(&ingest, heartbeat("pod-1", 2), "v2").await.drift);
    let runs = |version: &str| pb::Heartbeat {
        version: version.to_owned(),
        ..heartbeat("pod-2", 1)
    };
    assert!(!ingest.report(runs("v2")).await.unwrap().drift);
    assert!(!ingest.report(runs("")).await.unwrap().drift);
    assert!(ingest.report(runs("v0-of-elsewhere")).await.unwrap().drift);
    // from a log that is ahead of what is known here
    let ahead = pb::Heartbeat {
        token: format!("{STORE}:7"),
        ..runs("v3")
    };
    assert!(!ingest.report(ahead).await.unwrap().drift);
    let refuses = pb::Heartbeat {
        refused: Some(pb::RefusedVersion {
            version: "v2".to_owned(),
            error: "no such port".to_owned(),
        }),
        ..heartbeat("pod-3", 1)
    };
    assert!(ingest.report(refuses).await.unwrap().drift);
    ingest.stop().await;
}

#[tokio::test]
async fn the_arm_of_figures_is_worked_out_for_who_runs_what_it_should() {
    let around = Around::new().await;
    around.config.serve(
        "orders",
        5,
        &["v1", "v2"],
        vec![split("r1", 3, 10_000, &["pod-2"])],
    );
    let ingest = around.start(|_| {}).await;
    told(&ingest, heartbeat("pod-1", 1), "v2").await;
    let measured = |instance: &str, version: &str, requests| pb::Heartbeat {
        version: version.to_owned(),
        measured: vec![pb::Measured {
            requests,
            ..Default::default()
        }],
        ..heartbeat(instance, 100)
    };
    for report in [
        measured("pod-1", "v2", 10),
        measured("pod-2", "v1", 20),
        // on its way to the canary, it serves neither arm's version as one of it
        measured("pod-3", "v1", 40),
    ] {
        ingest.report(report).await.unwrap();
    }
    ingest.stop().await;
    let state = around.rollout.state();
    let figures = state.taken.iter().flat_map(|part| &part.figures);
    let mut told: Vec<_> = figures
        .map(|figures| (figures.arm(), figures.requests))
        .collect();
    told.sort_unstable();
    assert_eq!(told, [(config::Arm::Stable, 20), (config::Arm::Canary, 10)]);
}

#[tokio::test]
async fn an_application_that_is_not_known_is_taken_all_the_same() {
    let around = Around::new().await;
    let ingest = around.start(|_| {}).await;
    let report = pb::Heartbeat {
        fleet: Some(fleet("nobody-knows-it")),
        ..heartbeat("pod-1", 1)
    };
    let reply = ingest.report(report).await.unwrap();
    assert_eq!((&*reply.expected_version, reply.drift), ("", false));
    ingest.stop().await;
    assert_eq!(around.drift.instances().len(), 1);
}

#[tokio::test]
async fn who_refuses_and_does_not_say_what_refuses_what_it_should_run() {
    let around = Around::new().await;
    around.config.serve("orders", 5, &["v1"], vec![]);
    let ingest = around.start(|_| {}).await;
    assert!(!told(&ingest, heartbeat("pod-1", 1), "v1").await.drift);
    let refused = pb::RefusedVersion {
        error: "no such pool".to_owned(),
        ..pb::RefusedVersion::default()
    };
    let report = pb::Heartbeat {
        refused: Some(refused),
        ..heartbeat("pod-1", 2)
    };
    assert!(told(&ingest, report, "v1").await.drift);
    ingest.stop().await;
}
