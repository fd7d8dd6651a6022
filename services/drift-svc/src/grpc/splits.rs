//! What rollouts want to know of the instances under a split.

use vortex_bucket::Seed;
use vortex_kit::error::Fault;
use vortex_proto::drift::v1 as pb;

use super::{Grpc, convert};
use crate::{
    domain::{ArmCounts, FleetName},
    error::Error,
    registry::{Lowest, Tracked},
};

/// The longest id of a split in bytes.
const SPLIT: usize = 64;
/// The most buckets that are asked for.
const BUCKETS: u32 = 100;

pub(super) async fn count_arms(
    grpc: &Grpc,
    request: pb::CountArmsRequest,
) -> Result<pb::CountArmsResponse, Fault> {
    check_split(&request.split)?;
    let mut arms = Vec::new();
    let mut is_known = false;
    for tracked in grpc.registry.fleets() {
        if !is_under(&tracked, &request.split) {
            continue;
        }
        // so that all are counted by the split's newest generation
        grpc.registry.judge(&tracked).await;
        let now = grpc.registry.time().now();
        let counted = tracked.kept().roster.count_arms(&request.split, now);
        is_known |= counted.is_some();
        let counted = counted.into_iter().flatten();
        arms.extend(counted.map(|counts| arm_count(&tracked.name, counts)));
    }
    match is_known {
        true => Ok(pb::CountArmsResponse { arms }),
        false => Err(Error::SplitNotFound(request.split).into()),
    }
}

fn is_under(tracked: &Tracked, split: &str) -> bool {
    let kept = tracked.kept();
    let mut splits = kept.roster.plan().into_iter().flat_map(|plan| &plan.splits);
    splits.any(|known| *known.id == *split)
}

fn arm_count(fleet: &FleetName, counts: ArmCounts) -> pb::ArmCount {
    pb::ArmCount {
        fleet: Some(convert::fleet(fleet)),
        arm: convert::arm(counts.arm).into(),
        generation: counts.generation,
        instances: counts.instances,
        failed: counts.failed,
        silent: counts.silent,
        restarting: counts.restarting,
        waiting: counts.waiting,
    }
}

pub(super) async fn lowest_buckets(
    grpc: &Grpc,
    request: &pb::LowestBucketsRequest,
) -> Result<pb::LowestBucketsResponse, Fault> {
    check_split(&request.split)?;
    if !(1..=BUCKETS).contains(&request.count) {
        return Err(Fault::invalid("count", format!("it is not 1 to {BUCKETS}")));
    }
    let (seed, count) = (Seed::of(&request.split), request.count as usize);
    let mut lowest = Lowest::default();
    for tracked in grpc.registry.fleets() {
        if reads(&tracked.name, request) {
            let least = &mut lowest;
            grpc.registry.lowest(&tracked, seed, count, least).await;
        }
    }
    Ok(pb::LowestBucketsResponse {
        instances: lowest.instances,
        buckets: lowest.into_buckets(),
        complete: grpc.registry.is_complete(),
    })
}

/// Whether a fleet reads any of the documents of the change set. Whose they are may not be known.
fn reads(fleet: &FleetName, request: &pb::LowestBucketsRequest) -> bool {
    let label = match &*request.label {
        "" => "main",
        label => label,
    };
    let mut owners = request.owners.iter();
    let is_any = owners.len() == 0 || owners.any(|owner| fleet.reads(&owner.app, &owner.profile));
    fleet.label() == label && is_any
}

fn check_split(id: &str) -> Result<(), Fault> {
    match (1..=SPLIT).contains(&id.len()) {
        true => Ok(()),
        false => Err(Fault::invalid(
            "split",
            "the id of a split has 1 to 64 bytes",
        )),
    }
}
