//! Instances under rollouts.

use std::collections::BTreeMap;

use vortex_kit::error::Reason;
use vortex_proto::{
    config::v1::{self as config, Arm, SplitUnit},
    drift::v1::{self as pb, DriftState},
};

use crate::mesh::{Mesh, Told, orders, refusal, running};

fn split(
    change: u64,
    percentage: f64,
    generation: u64,
    unit: SplitUnit,
) -> config::SetSplitRequest {
    config::SetSplitRequest {
        id: "r1".to_owned(),
        label: "main".to_owned(),
        change_sequence: change,
        percentage,
        unit: unit.into(),
        generation,
        ..Default::default()
    }
}

impl Mesh {
    async fn set(&self, split: config::SetSplitRequest) {
        self.splits.clone().set_split(split).await.unwrap();
    }

    /// What config-svc says is the version of each instance.
    async fn arms(&self, ids: &[String]) -> BTreeMap<String, bool> {
        let request = config::ResolveArmsRequest {
            id: "r1".to_owned(),
            keys: ids.to_vec(),
        };
        let resolved = self.splits.clone().resolve_arms(request).await.unwrap();
        let arms = resolved.into_inner().arms.into_iter();
        arms.map(|arm| (arm.key.clone(), arm.arm() == Arm::Canary))
            .collect()
    }

    /// The counts, none while no fleet is known to be under the split.
    async fn counted(&self) -> Vec<pb::ArmCount> {
        let request = pb::CountArmsRequest {
            split: "r1".to_owned(),
        };
        match self.drift.clone().count_arms(request).await {
            Ok(counted) => counted.into_inner().arms,
            Err(status) => {
                let fault = vortex_kit::error::Fault::from_status(&status);
                assert_eq!(fault.reason(), Reason::SplitNotFound);
                Vec::new()
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_instance_nobody_who_runs_what_its_arm_says_has_drifted() {
    let mut mesh = Mesh::new().await;
    mesh.put("v1", false).await;
    let change = mesh.put("v2", true).await;
    let ids: Vec<String> = running(0..60, "").into_iter().map(|(id, _)| id).collect();
    mesh.report(&running(0..60, "v1")).await;
    let mut begin = split(change, 20.0, 1, SplitUnit::Instance);
    begin.include = vec!["pod-000".to_owned()];
    begin.exclude = vec!["pod-001".to_owned()];
    for (generation, percentage) in [(1, 20.0), (2, 50.0), (3, 100.0)] {
        mesh.set(config::SetSplitRequest {
            generation,
            percentage,
            ..begin.clone()
        })
        .await;
        let arms = mesh.arms(&ids).await;
        assert!(arms["pod-000"] && !arms["pod-001"]);
        let canaries = arms.values().filter(|canary| **canary).count() as u64;
        let version = |canary: &bool| if *canary { "v2" } else { "v1" };
        let follow: Vec<(String, &str)> = arms
            .iter()
            .map(|(id, canary)| (id.clone(), version(canary)))
            .collect();
        mesh.until(async || {
            let counted = mesh.counted().await;
            counted
                .first()
                .is_some_and(|arm| arm.generation == generation)
        })
        .await;
        mesh.report(&follow).await;
        assert_eq!(mesh.count(DriftState::Canary).await, canaries);
        assert_eq!(mesh.count(DriftState::InSync).await, 60 - canaries);
        for arm in mesh.counted().await {
            let all = if arm.arm() == Arm::Canary {
                canaries
            } else {
                60 - canaries
            };
            assert_eq!((arm.instances, arm.waiting), (all, 0));
        }
        mesh.pass(61);
        mesh.report(&follow).await;
        assert_eq!(mesh.count(DriftState::Drifted).await, 0);
    }
    let forced = mesh.instance("pod-001").await;
    assert!(forced.assignments[0].forced);
    assert_eq!(forced.expected_version, "v1");
    mesh.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_subject_either_arm_is_right() {
    let mut mesh = Mesh::new().await;
    mesh.put("v1", false).await;
    let change = mesh.put("v2", true).await;
    mesh.report(&running(0..10, "v1")).await;
    mesh.set(split(change, 10.0, 1, SplitUnit::Subject)).await;
    mesh.until_count(DriftState::Canary, 10).await;
    mesh.pass(61);
    let mut both = running(0..5, "v1");
    both.extend(running(5..10, "v2"));
    mesh.report(&both).await;
    assert_eq!(mesh.count(DriftState::Canary).await, 10);
    let [arm] = &mesh.counted().await[..] else {
        panic!();
    };
    assert_eq!((arm.arm(), arm.instances), (Arm::Canary, 10));
    mesh.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn canaries_that_refuse_crash_or_go_silent_are_counted() {
    let mut mesh = Mesh::new().await;
    mesh.put("v1", false).await;
    let change = mesh.put("v2", true).await;
    mesh.set(split(change, 100.0, 1, SplitUnit::Instance)).await;
    // until then the life of a service before this one may have known them
    mesh.pass(301);
    mesh.report(&running(0..3, "v2")).await;
    mesh.until_count(DriftState::Canary, 3).await;
    mesh.pass(100);
    let told = |id: &str, boot: u64, version: &str, refused: &str| Told {
        id: id.to_owned(),
        boot,
        version: version.to_owned(),
        refused: refused.to_owned(),
        ..Told::default()
    };
    mesh.tell(
        "ingest-1",
        vec![told("refuses", 1, "v1", "v2"), told("waits", 1, "v1", "")],
    )
    .await;
    for boot in 1..=3 {
        mesh.tell("ingest-2", vec![told("loops", boot, "v2", "")])
            .await;
    }
    // and stay so
    mesh.until_count(DriftState::Stale, 3).await;
    mesh.pass(46);
    mesh.until(async || mesh.counted().await[0].silent == 3)
        .await;
    let arm = mesh.counted().await.remove(0);
    assert_eq!((arm.instances, arm.failed), (5, 1));
    assert_eq!((arm.restarting, arm.waiting), (1, 1));
    let refused = mesh.instance("refuses").await.refused.unwrap();
    assert_eq!((&*refused.version, &*refused.error), ("v2", "no such host"));
    mesh.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lowest_buckets_are_told_before_a_split_begins() {
    let mut mesh = Mesh::new().await;
    mesh.put("v1", false).await;
    mesh.report(&running(0..50, "v1")).await;
    let request = |app: &str| pb::LowestBucketsRequest {
        split: "r1".to_owned(),
        label: "main".to_owned(),
        owners: vec![pb::DocumentOwner {
            app: app.to_owned(),
            profile: String::new(),
        }],
        count: 5,
    };
    let ask = async |app| {
        let found = mesh.drift.clone().lowest_buckets(request(app)).await;
        found.unwrap().into_inner()
    };
    let found = ask("orders").await;
    let seed = vortex_bucket::Seed::of("r1");
    let mut wanted: Vec<u32> = running(0..50, "")
        .iter()
        .map(|(id, _)| seed.bucket(id).number().into())
        .collect();
    wanted.sort_unstable();
    assert_eq!(found.buckets, wanted[..5]);
    assert_eq!((found.instances, found.complete), (50, false));
    mesh.pass(301);
    let found = ask("billing").await;
    assert_eq!((found.instances, found.complete), (0, true));
    let count = pb::CountArmsRequest {
        split: "r1".to_owned(),
    };
    let refused = refusal(mesh.drift.clone().count_arms(count)).await;
    assert_eq!(refused.reason(), Reason::SplitNotFound);
    assert_eq!(mesh.standing().await.fleet, Some(orders()));
    mesh.stop().await;
}
