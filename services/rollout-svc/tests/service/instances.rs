//! The instances gate, over a drift-svc that says what it is told.

use vortex_proto::{
    config::v1::Arm,
    rollout::v1::{self as pb, RolloutState, Verdict},
};

use crate::{
    drift::count,
    mesh::{Mesh, rollout},
};

async fn started(mesh: &Mesh) -> String {
    mesh.stage("orders").await;
    let started = mesh
        .create(pb::CreateRolloutRequest {
            start: true,
            ..rollout("orders")
        })
        .await;
    mesh.confirmed(&started.id).await.id
}

fn of_instances(gates: &[pb::GateResult]) -> &pb::GateResult {
    let mut gates = gates.iter();
    gates.find(|gate| gate.gate == "instances").unwrap()
}

#[tokio::test]
async fn a_canary_that_crashes_at_its_start_is_taken_back_without_any_figures() {
    let mesh = Mesh::new().await;
    let stable = count(Arm::Stable, 1, [4, 0, 0, 0]);
    mesh.drift
        .say(vec![count(Arm::Canary, 1, [1, 0, 0, 1]), stable]);
    let id = started(&mesh).await;
    let ended = mesh.wait_for(&id, RolloutState::RolledBack).await;
    let told = "2 slices in a row failed: instances: 1 of 1 of the canary in orders fare badly (0 \
                refused it, 0 fell silent, 1 restart again and again), 0.0 % of 4 in stable";
    assert_eq!(ended.reason, told);
    let audit = mesh.audit(&id).await;
    let gate = of_instances(&audit.last().unwrap().evidence);
    assert_eq!(gate.verdict(), Verdict::Fail);
    assert_eq!((gate.canary, gate.stable), (Some(1.0), Some(0.0)));
    assert_eq!(gate.canary_instances.unwrap().restarting, 1);
    assert!((gate.p_value.unwrap() - 0.2).abs() < 1e-9);
    let slices = mesh.analysis(&id).await.slices;
    assert_eq!(slices.len(), 2);
    // one interval each
    let lasted = |slice: &pb::Slice| {
        let (from, to) = (slice.started_at.unwrap(), slice.closed_at.unwrap());
        (to.seconds - from.seconds) * 1_000_000_000 + i64::from(to.nanos - from.nanos)
    };
    assert!(slices.iter().all(|slice| lasted(slice) >= 100_000_000));
    assert!(
        mesh.metrics()
            .contains(r#"vortex_rollout_verdicts_total{gate="instances",verdict="fail"} 2"#)
    );
    mesh.stop().await;
}

#[tokio::test]
async fn instances_that_fare_well_promote_nothing_by_themselves() {
    let mesh = Mesh::new().await;
    mesh.drift.say(vec![
        count(Arm::Canary, 1, [10, 0, 0, 0]),
        count(Arm::Stable, 1, [90, 0, 0, 0]),
    ]);
    let id = started(&mesh).await;
    // ten intervals without figures close a slice
    let held = mesh.wait(&id, |seen| {
        let analysis = seen.analysis.as_ref().unwrap();
        !analysis.slices.is_empty()
    });
    held.await;
    let slices = mesh.analysis(&id).await.slices;
    assert_eq!(slices[0].verdict(), Verdict::NoData);
    assert_eq!(of_instances(&slices[0].gates).verdict(), Verdict::Pass);
    assert_eq!(mesh.get(&id).await.stage_index, Some(0));
    mesh.stop().await;
}

#[tokio::test]
async fn a_drift_svc_that_hangs_holds_nothing() {
    let mesh = Mesh::new().await;
    mesh.drift.hang(true);
    let id = started(&mesh).await;
    let completed = mesh.report_until(&id, 0, RolloutState::Completed).await;
    assert_eq!(completed.state(), RolloutState::Completed);
    let slices = mesh.analysis(&id).await.slices;
    assert!(slices.iter().all(|slice| slice.verdict() == Verdict::Pass));
    mesh.stop().await;
}

#[tokio::test]
async fn pods_of_a_healthy_canary_may_all_be_replaced() {
    let mesh = Mesh::new().await;
    let say = |canary: [u64; 4]| {
        let arms = |generation| {
            [
                count(Arm::Canary, generation, canary),
                count(Arm::Stable, generation, [90, 0, 0, 0]),
            ]
        };
        mesh.drift.say([1, 2].into_iter().flat_map(arms).collect());
    };
    say([10, 0, 0, 0]);
    let id = started(&mesh).await;
    let ended = mesh.report_until(&id, 0, RolloutState::Completed);
    // those that stop in order are gone, and others come
    let replace = async {
        for left in [7, 3, 0, 2, 6, 10].into_iter().cycle() {
            say([left, 0, 0, 0]);
            tokio::time::sleep(std::time::Duration::from_millis(60)).await;
        }
    };
    tokio::select! {
        completed = ended => assert_eq!(completed.state(), RolloutState::Completed),
        () = replace => unreachable!("it has no end"),
    }
    mesh.stop().await;
}
