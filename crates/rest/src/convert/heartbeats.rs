//! Heartbeats.

use vortex_proto::heartbeat::v1 as proto;

use super::{To, mirror};
use crate::{
    HeartbeatReply, HeartbeatResult, InstanceMetadata, InstanceStatus, RefusedHeartbeat,
    RefusedVersion,
};

mirror! {
    enum InstanceStatus <=> proto::InstanceStatus { Healthy, Degraded, Unhealthy, Stopping }
    struct RefusedVersion <=> proto::RefusedVersion { version, error }
    struct InstanceMetadata <=> proto::InstanceMetadata { host, namespace, zone, app_version }
    struct HeartbeatReply <= proto::HeartbeatReply {
        next_interval,
        jitter,
        expected_version,
        expected_assignments,
        drift,
        resend_full,
        fetch,
    }
    struct RefusedHeartbeat <= proto::RefusedHeartbeat {
        code = reason,
        detail = message,
        retry_after,
    }
}

impl From<proto::ReportResponse> for HeartbeatReply {
    fn from(reply: proto::ReportResponse) -> Self {
        reply.reply.to()
    }
}

/// Not mirrored, since one of two is sent. One that is neither is a reply that says nothing.
impl From<proto::ReportResult> for HeartbeatResult {
    fn from(result: proto::ReportResult) -> Self {
        match result.result {
            Some(proto::report_result::Result::Refused(refused)) => Self::Refused(refused.into()),
            Some(proto::report_result::Result::Reply(reply)) => Self::Taken(reply.into()),
            None => Self::Taken(HeartbeatReply::default()),
        }
    }
}
