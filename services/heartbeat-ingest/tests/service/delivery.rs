//! Totals, while replies are lost and processes end in all ways.

use std::time::Duration;

use fastrand::Rng;
use vortex_heartbeat_ingest::Settings;
use vortex_proto::{config::v1 as config, heartbeat::v1 as pb};

use crate::ingest::{Around, Ingest, heartbeat, seed, until};

/// Three in ten requests, and three in ten replies.
const BAD: u8 = 3;

/// Windows of which a test has some dozens.
fn gathering(settings: &mut Settings) {
    settings.window = Duration::from_millis(100);
}

/// A report whose figures are one request.
fn report(instance: u64, boot_id: u64, sequence: u64) -> pb::Heartbeat {
    pb::Heartbeat {
        boot_id,
        assignments: vec![config::Assignment {
            split: "r1".to_owned(),
            change: "v2".to_owned(),
            generation: 1,
            arm: config::Arm::Canary.into(),
            ..Default::default()
        }],
        measured: vec![pb::Measured {
            requests: 1,
            latencies_ms: vec![5.0],
            ..Default::default()
        }],
        ..heartbeat(&format!("pod-{instance}"), sequence)
    }
}

/// Instances that report, some of it twice.
struct Instances {
    random: Rng,
    sequences: Vec<u64>,
    boot: u64,
    /// Reports that were taken.
    taken: u64,
}

impl Instances {
    fn new(seed: u64) -> Self {
        Self {
            random: Rng::with_seed(seed),
            sequences: vec![0; 50],
            boot: 1,
            taken: 0,
        }
    }

    async fn report(&mut self, ingest: &Ingest, reports: usize) {
        for _ in 0..reports {
            let instance = self.random.usize(..self.sequences.len());
            self.sequences[instance] += 1;
            let report = report(instance as u64, self.boot, self.sequences[instance]);
            ingest.report(report.clone()).await.unwrap();
            self.taken += 1;
            if self.random.u8(..10) == 0 {
                // the client did not hear the answer
                ingest.report(report).await.unwrap();
            }
            if self.random.u8(..10) == 0 {
                tokio::time::sleep(Duration::from_millis(self.random.u64(..20))).await;
            }
        }
    }

    /// Those of another process know of no repeats, so all begin anew.
    fn restart(&mut self) {
        self.boot += 1;
        self.sequences.fill(0);
    }
}

#[tokio::test]
async fn totals_are_exact_while_replies_are_lost_and_processes_end_in_order() {
    let seed = seed();
    let around = Around::over(BAD, seed).await;
    let mut instances = Instances::new(seed);
    for round in 0..4 {
        let ingest = around.start(gathering).await;
        instances.report(&ingest, 200).await;
        if round % 2 == 1 {
            // a receiver is away for a while, and what it knows is kept
            around.rollout.state().is_away = true;
            instances.report(&ingest, 100).await;
            around.rollout.state().is_away = false;
        }
        ingest.stop().await;
        assert_eq!(around.rollout.requests(), instances.taken, "round {round}");
        instances.restart();
    }
    assert!(
        around.rollout.state().repeated > 0,
        "some replies were lost"
    );
    let mut told: Vec<_> = around
        .drift
        .instances()
        .iter()
        .map(|last| last.instance_id.clone())
        .collect();
    told.sort_unstable();
    told.dedup();
    assert_eq!(told.len(), 50);
}

#[tokio::test]
async fn parts_come_in_order_and_whole() {
    let seed = seed();
    let around = Around::over(BAD, seed).await;
    let ingest = around.start(gathering).await;
    let mut instances = Instances::new(seed);
    instances.report(&ingest, 500).await;
    ingest.stop().await;
    let state = around.drift.state();
    let names: Vec<_> = state
        .taken
        .iter()
        .map(|part| {
            let name = part.name.as_ref().unwrap();
            (name.boot, name.sequence, name.part)
        })
        .collect();
    assert!(names.is_sorted_by(|one, other| one < other), "{names:?}");
}

#[test]
fn a_kill_loses_only_what_was_not_taken_and_doubles_nothing() {
    let seed = seed();
    let outside = tokio::runtime::Runtime::new().unwrap();
    let around = outside.block_on(Around::over(BAD, seed));
    let mut instances = Instances::new(seed);
    let mut before = 0;
    for _ in 0..3 {
        let inside = tokio::runtime::Runtime::new().unwrap();
        let reported = inside.block_on(async {
            let ingest = around.start(gathering).await;
            let taken = instances.taken;
            instances.report(&ingest, 300).await;
            instances.taken - taken
        });
        // all of its tasks end where they are
        inside.shutdown_background();
        let told = around.rollout.requests();
        assert!(
            told >= before && told <= before + reported,
            "{before} {told} {reported}"
        );
        before = told;
        instances.restart();
    }
    outside.block_on(async {
        let ingest = around.start(gathering).await;
        let taken = instances.taken;
        instances.report(&ingest, 100).await;
        ingest.stop().await;
        let told = around.rollout.requests();
        assert_eq!(told, before + instances.taken - taken);
    });
}

#[tokio::test]
async fn reports_after_the_last_window_are_refused_and_sent_elsewhere() {
    let around = Around::new().await;
    let ingest = around.start(gathering).await;
    ingest.report(report(1, 1, 1)).await.unwrap();
    ingest.runtime.lifecycle.begin_drain();
    let mut taken = 1;
    until("it takes no more", async || {
        taken += 1;
        match ingest.report(report(1, 1, taken)).await {
            Ok(_) => false,
            Err(fault) => fault.reason() == vortex_kit::error::Reason::Draining,
        }
    })
    .await;
    ingest.stop().await;
    assert_eq!(around.rollout.requests(), taken - 1);
}
