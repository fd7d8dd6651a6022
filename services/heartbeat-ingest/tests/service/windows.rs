//! What receivers are told.

use vortex_proto::{config::v1 as config, heartbeat::v1 as pb};

use crate::ingest::{Around, fleet, heartbeat, until};

fn measured(requests: u64) -> pb::Measured {
    pb::Measured {
        requests,
        errors: requests / 10,
        latencies_ms: vec![5.0; requests as usize],
        ..Default::default()
    }
}

fn assignment(split: &str, arm: config::Arm) -> config::Assignment {
    config::Assignment {
        split: split.to_owned(),
        change: "v2".to_owned(),
        generation: 3,
        arm: arm.into(),
        unit: config::SplitUnit::Instance.into(),
        forced: false,
    }
}

#[tokio::test]
async fn the_last_report_of_an_instance_is_told_to_drift_svc() {
    let around = Around::new().await;
    // one window for all
    let ingest = around
        .start(|settings| settings.window = std::time::Duration::from_secs(60))
        .await;
    let last = pb::Heartbeat {
        version: "v2".to_owned(),
        token: "0123456789abcdef0123456789abcdef:42".to_owned(),
        assignments: vec![assignment("r1", config::Arm::Canary)],
        status: pb::InstanceStatus::Degraded.into(),
        refused: Some(pb::RefusedVersion {
            version: "v3".to_owned(),
            error: "no such port".to_owned(),
        }),
        metadata: Some(pb::InstanceMetadata {
            host: "node-1".to_owned(),
            ..Default::default()
        }),
        ..heartbeat("pod-1", 2)
    };
    for report in [last, heartbeat("pod-1", 1), heartbeat("pod-2", 5)] {
        ingest.report(report).await.unwrap();
    }
    ingest.stop().await;
    let state = around.drift.state();
    let [part] = &state.taken[..] else {
        panic!("{:?}", state.taken);
    };
    let name = part.name.as_ref().unwrap();
    assert_eq!((name.sequence, name.part, name.parts), (1, 0, 1));
    assert!(name.boot > 0 && !name.ingest.is_empty());
    let [orders] = &part.fleets[..] else {
        panic!("{part:?}");
    };
    let whole = pb::Fleet {
        app: "orders".to_owned(),
        profiles: vec!["default".to_owned()],
        label: "main".to_owned(),
    };
    assert_eq!(orders.fleet, Some(whole));
    let mut instances = orders.instances.clone();
    instances.sort_by(|one, other| one.instance_id.cmp(&other.instance_id));
    let [one, two] = &instances[..] else {
        panic!("{instances:?}");
    };
    let text = |place: u32| part.texts[place as usize].as_str();
    assert_eq!(
        (&*one.instance_id, one.boot_id, one.sequence),
        ("pod-1", 7, 2)
    );
    assert_eq!([text(one.version), text(one.refused_version)], ["v2", "v3"]);
    assert_eq!(
        [text(one.refused_error), text(one.host), text(one.zone)],
        ["no such port", "node-1", ""]
    );
    assert_eq!(one.status(), pb::InstanceStatus::Degraded);
    assert_eq!((one.lives, one.shared_id), (1, false));
    // of a store that is not known to be this cluster's
    assert_eq!(one.position, 0);
    assert_eq!(one.next_due_ms, 33_000);
    let list = &orders.assignments[one.assignments as usize];
    assert_eq!(list.assignments, [assignment("r1", config::Arm::Canary)]);
    assert_eq!(
        (&*two.instance_id, text(two.version), two.assignments),
        ("pod-2", "v1", 0)
    );
    assert!(orders.assignments[0].assignments.is_empty() && text(0).is_empty());
}

#[tokio::test]
async fn figures_are_told_to_rollout_svc_by_split_generation_and_arm() {
    let around = Around::new().await;
    let ingest = around
        .start(|settings| settings.window = std::time::Duration::from_secs(60))
        .await;
    let report = |instance: &str, arm, requests| pb::Heartbeat {
        assignments: vec![assignment("r1", arm), assignment("r2", config::Arm::Stable)],
        measured: vec![measured(requests)],
        ..heartbeat(instance, 1)
    };
    let named = pb::Heartbeat {
        measured: vec![pb::Measured {
            split: "r9".to_owned(),
            generation: 2,
            arm: config::Arm::Canary.into(),
            ..measured(40)
        }],
        ..heartbeat("pod-4", 1)
    };
    for report in [
        report("pod-1", config::Arm::Canary, 10),
        report("pod-2", config::Arm::Canary, 20),
        report("pod-3", config::Arm::Stable, 30),
        named,
        // without a rollout, figures are of nothing
        pb::Heartbeat {
            measured: vec![measured(50)],
            ..heartbeat("pod-5", 1)
        },
    ] {
        ingest.report(report).await.unwrap();
    }
    ingest.stop().await;
    let state = around.rollout.state();
    let [part] = &state.taken[..] else {
        panic!("{:?}", state.taken);
    };
    let mut told: Vec<_> = part
        .figures
        .iter()
        .map(|figures| {
            let (split, arm) = (figures.split.as_str(), figures.arm());
            let latencies = figures
                .sketch
                .as_ref()
                .unwrap()
                .positive_values
                .as_ref()
                .unwrap();
            let latencies: f64 = latencies.contiguous_bin_counts.iter().sum();
            assert_eq!((&*figures.app, &*figures.profile), ("orders", "default"));
            assert_eq!(latencies as u64, figures.requests);
            (
                split,
                figures.generation,
                arm,
                figures.requests,
                figures.errors,
            )
        })
        .collect();
    told.sort_unstable();
    assert_eq!(
        told,
        [
            ("r1", 3, config::Arm::Stable, 30, 3),
            ("r1", 3, config::Arm::Canary, 30, 3),
            ("r2", 3, config::Arm::Stable, 60, 6),
            ("r9", 2, config::Arm::Canary, 40, 4),
        ]
    );
}

#[tokio::test]
async fn a_window_of_many_instances_has_several_parts() {
    let around = Around::new().await;
    let ingest = around
        .start(|settings| settings.window = std::time::Duration::from_secs(60))
        .await;
    for batch in 0..25 {
        let reports = (0..1_000).map(|number| pb::Heartbeat {
            fleet: Some(fleet(if number % 2 == 0 { "orders" } else { "stock" })),
            ..heartbeat(&format!("pod-{batch}-{number}"), 1)
        });
        ingest.batch(reports.collect()).await.unwrap();
    }
    ingest.stop().await;
    assert_eq!(around.drift.instances().len(), 25_000);
    let state = around.drift.state();
    let names: Vec<_> = state
        .taken
        .iter()
        .map(|part| {
            let name = part.name.as_ref().unwrap();
            (name.sequence, name.part, name.parts)
        })
        .collect();
    assert_eq!(names, [(1, 0, 3), (1, 1, 3), (1, 2, 3)]);
}

#[tokio::test]
async fn a_part_that_is_refused_for_its_form_does_not_stop_the_next() {
    let around = Around::new().await;
    let ingest = around.start(|_| {}).await;
    around.drift.state().refuses = true;
    ingest.report(heartbeat("pod-1", 1)).await.unwrap();
    let refused = r#"vortex_heartbeat_parts_dropped_total{receiver="drift-svc",reason="refused"}"#;
    until("the part is refused", async || {
        ingest.metric(refused) == 1.0
    })
    .await;
    around.drift.state().refuses = false;
    ingest.report(heartbeat("pod-2", 1)).await.unwrap();
    until("the next one is taken", async || {
        around.drift.instances().len() == 1
    })
    .await;
    ingest.stop().await;
}
