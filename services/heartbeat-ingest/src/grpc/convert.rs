//! Converts answers.

use vortex_bucket::Arm;
use vortex_kit::error::Fault;
use vortex_proto::{
    config::v1 as config,
    heartbeat::v1::{self as pb, report_result::Result as Given},
    time::duration,
};

use crate::{
    domain::{OwnedAssignment, Unit},
    intake::Answer,
};

/// The answer to a report.
pub(super) fn reply(answer: Answer) -> pb::HeartbeatReply {
    pb::HeartbeatReply {
        next_interval: Some(duration(answer.told.interval)),
        jitter: Some(duration(answer.told.jitter)),
        expected_version: answer.version,
        expected_assignments: answer.assignments.into_iter().map(assignment).collect(),
        drift: answer.drift,
        resend_full: false,
        fetch: answer.fetch,
    }
}

/// A report of a batch that was taken.
pub(super) fn taken(answer: Answer) -> pb::ReportResult {
    pb::ReportResult {
        result: Some(Given::Reply(reply(answer))),
    }
}

/// A report of a batch that was not.
pub(super) fn refused(fault: Fault) -> pb::ReportResult {
    let refused = pb::RefusedHeartbeat {
        reason: fault.reason().name().to_owned(),
        message: fault.message().to_owned(),
        retry_after: fault.retry_delay().map(duration),
    };
    pb::ReportResult {
        result: Some(Given::Refused(refused)),
    }
}

fn assignment(given: OwnedAssignment) -> config::Assignment {
    config::Assignment {
        split: given.split.into_string(),
        change: given.change.into_string(),
        generation: given.generation,
        arm: match given.arm {
            Arm::Stable => config::Arm::Stable,
            Arm::Canary => config::Arm::Canary,
        }
        .into(),
        unit: match given.unit {
            Unit::Instance => config::SplitUnit::Instance,
            Unit::Subject => config::SplitUnit::Subject,
        }
        .into(),
        forced: given.forced,
    }
}
