//! Alerts and silences.

use vortex_proto::drift::v1 as proto;

use super::{To, mirror, named};
use crate::{Alert, AlertCause, AlertState, Alerts, Silence, SilenceAnswer};

mirror! {
    enum AlertCause <= proto::AlertCause { Drift, Silence }
    enum AlertState <= proto::AlertState { Firing, Resolved }
    struct Alerts <= proto::ListAlertsResponse { alerts, next_page_token }
}

/// Not mirrored, since its fleet's name is in one message.
impl From<proto::Alert> for Alert {
    fn from(alert: proto::Alert) -> Self {
        let (cause, state) = (alert.cause().into(), alert.state().into());
        let (app, profile, label) = named(alert.fleet);
        Self {
            id: alert.id,
            app,
            profile,
            label,
            cause,
            state,
            expected_version: alert.expected_version,
            worst: alert.worst,
            instances: alert.instances,
            total: alert.total,
            started_at: alert.started_at.to(),
            resolved_at: alert.resolved_at.to(),
            acknowledged_by: alert.acknowledged_by,
            acknowledged_at: alert.acknowledged_at.to(),
            comment: alert.comment,
        }
    }
}

impl To<Alert> for proto::Alert {
    fn to(self) -> Alert {
        self.into()
    }
}

impl From<proto::AcknowledgeAlertResponse> for Alert {
    fn from(reply: proto::AcknowledgeAlertResponse) -> Self {
        reply.alert.unwrap_or_default().into()
    }
}

impl From<proto::SilenceFleetResponse> for SilenceAnswer {
    fn from(reply: proto::SilenceFleetResponse) -> Self {
        let silence = reply.silence.map(|silence| {
            let (app, profile, label) = named(silence.fleet);
            Silence {
                app,
                profile,
                label,
                until: silence.until.to(),
                author: silence.author,
                reason: silence.reason,
            }
        });
        Self { silence }
    }
}
