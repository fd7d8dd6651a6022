//! What a status says of alerts.

use vortex_rest::{Alert, AlertCause, StatusItem, StatusKind};

/// An alert that is firing.
pub(in crate::api::status) fn alert(alert: Alert) -> StatusItem {
    let (app, profile, label) = (&alert.app, &alert.profile, &alert.label);
    let (instances, total) = (alert.instances, alert.total);
    let what = match alert.cause {
        AlertCause::Drift => "do not run what they should",
        AlertCause::Silence => "are silent",
        AlertCause::Other(_) => "need to be looked at",
    };
    let seen = match (alert.acknowledged_by.as_str(), alert.comment.as_str()) {
        ("", _) => String::new(),
        (by, "") => format!("acknowledged by {by}"),
        (by, comment) => format!("acknowledged by {by}: {comment}"),
    };
    let on = match label.as_str() {
        "main" => String::new(),
        label => format!(" --label {label}"),
    };
    StatusItem {
        kind: StatusKind::Alert,
        about: format!("{instances} of {total} instances of {app}/{profile} on {label} {what}"),
        why: seen,
        since: alert.started_at,
        next: format!("vortex drift status {app} {profile}{on}"),
        id: alert.id,
    }
}

/// Says that more alerts are firing than one page holds.
pub(in crate::api::status) fn more_alerts() -> StatusItem {
    StatusItem {
        kind: StatusKind::Alert,
        id: "…".to_owned(),
        about: "there are more than are told of here".to_owned(),
        next: "vortex drift alerts --firing".to_owned(),
        ..StatusItem::default()
    }
}
