//! Converts alerts and silences to replies.

use vortex_proto::{drift::v1 as pb, time::timestamp};

use super::fleet;
use crate::domain::{Alert, AlertState, Cause, Silence};

/// An alert.
pub(in crate::grpc) fn alert(alert: &Alert) -> pb::Alert {
    let (state, resolved_at) = match alert.state {
        AlertState::Firing => (pb::AlertState::Firing, None),
        AlertState::Resolved(at) => (pb::AlertState::Resolved, Some(at)),
    };
    let cause = match alert.cause {
        Cause::Drift => pb::AlertCause::Drift,
        Cause::Silence => pb::AlertCause::Silence,
    };
    let acknowledged = alert.acknowledged.as_ref();
    pb::Alert {
        id: alert.id.to_string(),
        fleet: Some(fleet(&alert.fleet)),
        cause: cause.into(),
        state: state.into(),
        expected_version: alert.expected.clone(),
        worst: alert.worst,
        instances: alert.instances,
        total: alert.total,
        started_at: Some(timestamp(alert.started_at)),
        resolved_at: resolved_at.map(timestamp),
        acknowledged_by: acknowledged.map_or(String::new(), |by| by.by.clone()),
        acknowledged_at: acknowledged.map(|by| timestamp(by.at)),
        comment: acknowledged.map_or(String::new(), |by| by.comment.clone()),
    }
}

/// A silence.
pub(in crate::grpc) fn silence(silence: &Silence) -> pb::Silence {
    pb::Silence {
        fleet: Some(fleet(&silence.fleet)),
        until: Some(timestamp(silence.until)),
        author: silence.author.clone(),
        reason: silence.reason.clone(),
    }
}
