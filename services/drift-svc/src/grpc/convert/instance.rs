//! Converts instances to replies.

use vortex_proto::{drift::v1 as pb, heartbeat::v1 as heartbeat, time::timestamp};

use super::{assignment, fleet, state};
use crate::{
    domain::{FleetName, Member, Status},
    registry::Time,
};

/// An instance.
pub(in crate::grpc) fn instance(name: &FleetName, member: Member, time: &Time) -> pb::Instance {
    let [host, namespace, zone, app_version] = member.place;
    let arms = member.arms.iter();
    pb::Instance {
        fleet: Some(fleet(name)),
        instance_id: member.id,
        state: state(member.state).into(),
        since: Some(timestamp(time.wall_at(member.since))),
        version: member.version,
        expected_version: member.expected,
        assignments: arms
            .map(|(split, arm, forced)| assignment(split, *arm, *forced))
            .collect(),
        status: status(member.status).into(),
        refused: member
            .refused
            .map(|(version, error)| heartbeat::RefusedVersion { version, error }),
        last_seen: Some(timestamp(time.wall_at(member.seen))),
        boot_id: member.boot,
        metadata: Some(heartbeat::InstanceMetadata {
            host,
            namespace,
            zone,
            app_version,
        }),
        shared_id: member.is_shared,
    }
}

fn status(status: Status) -> heartbeat::InstanceStatus {
    match status {
        Status::Healthy => heartbeat::InstanceStatus::Healthy,
        Status::Degraded => heartbeat::InstanceStatus::Degraded,
        Status::Unhealthy => heartbeat::InstanceStatus::Unhealthy,
        Status::Stopping => heartbeat::InstanceStatus::Stopping,
    }
}
