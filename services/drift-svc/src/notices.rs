//! Tells sinks of notifications of alerts: each step of one is an event.

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};
use vortex_notify::{About, CannotRead, Event, Log};

use crate::{
    domain::{Alert, AlertState, Cause, Step},
    store::{notices, read_notice},
};

/// The steps of all alerts, as sinks are told of them.
pub(crate) struct Notices;

impl Log for Notices {
    fn prefix(&self) -> Bytes {
        notices()
    }

    async fn event(&self, key: Bytes, value: Bytes) -> Result<Option<Event>, CannotRead> {
        match read_notice(&key, &value) {
            Ok((step, alert)) => Ok(Some(event(step, &alert))),
            Err(error) => {
                // it will be no better the next time
                tracing::error!(%error, "nobody is told of this");
                Ok(None)
            }
        }
    }
}

fn event(step: Step, alert: &Alert) -> Event {
    let Alert { id, fleet, .. } = alert;
    let profiles = fleet.profiles().map(|profile| About {
        app: Some(fleet.app().to_owned()),
        profile: Some(profile.to_owned()),
    });
    Event {
        id: format!("alert/{id}/{}", step.name()),
        at: at(step, alert),
        kind: kind(step),
        subject: id.to_string(),
        text: text(step, alert),
        label: fleet.label().to_owned(),
        about: profiles.collect(),
        data: data(alert),
    }
}

fn kind(step: Step) -> &'static str {
    match step {
        Step::Fired => "alert.fired",
        Step::Resolved => "alert.resolved",
        Step::Acknowledged => "alert.acknowledged",
    }
}

fn at(step: Step, alert: &Alert) -> Timestamp {
    let seen = alert.acknowledged.as_ref().map(|seen| seen.at);
    match (step, alert.state) {
        (Step::Resolved, AlertState::Resolved(at)) => at,
        (Step::Acknowledged, _) => seen.unwrap_or(alert.started_at),
        (Step::Fired | Step::Resolved, _) => alert.started_at,
    }
}

/// As in `orders/prod on main: 5 of 100 instances don't run v2 as they should (alert 01…)`.
fn text(step: Step, alert: &Alert) -> String {
    let Alert { id, fleet, .. } = alert;
    let (app, profiles, label) = (fleet.app(), fleet.profile_list(), fleet.label());
    let what = match step {
        Step::Fired => what(alert),
        Step::Resolved => format!("resolved: {}", what(alert)),
        Step::Acknowledged => seen(alert),
    };
    format!("{app}/{profiles} on {label}: {what} (alert {id})")
}

fn what(alert: &Alert) -> String {
    let (instances, total, expected) = (alert.instances, alert.total, &alert.expected);
    match alert.cause {
        Cause::Drift if expected.is_empty() => {
            format!("{instances} of {total} instances don't run what they should")
        }
        Cause::Drift => {
            format!("{instances} of {total} instances don't run {expected} as they should")
        }
        Cause::Silence => format!("{instances} of {total} instances are silent"),
    }
}

fn seen(alert: &Alert) -> String {
    let Some(seen) = &alert.acknowledged else {
        return "seen".to_owned();
    };
    match &*seen.comment {
        "" => format!("seen by {}", seen.by),
        comment => format!("seen by {}: {comment}", seen.by),
    }
}

/// The facts, named as REST names them.
fn data(alert: &Alert) -> Value {
    let seen = alert.acknowledged.as_ref();
    let resolved = match alert.state {
        AlertState::Firing => None,
        AlertState::Resolved(at) => Some(at.to_string()),
    };
    json!({
        "alert": alert.id.to_string(),
        "app": alert.fleet.app(),
        "profile": alert.fleet.profile_list(),
        "label": alert.fleet.label(),
        "cause": alert.cause.name(),
        "state": if alert.is_firing() { "firing" } else { "resolved" },
        "expected_version": alert.expected,
        "worst": alert.worst,
        "instances": alert.instances,
        "total": alert.total,
        "started_at": alert.started_at.to_string(),
        "resolved_at": resolved,
        "acknowledged_by": seen.map(|seen| &seen.by),
        "comment": seen.map(|seen| &seen.comment),
    })
}

#[cfg(test)]
mod tests {
    use vortex_notify::KINDS;

    use super::*;

    #[test]
    fn every_step_is_a_kind_that_settings_know() {
        for step in Step::ALL {
            assert!(KINDS.contains(&kind(step)), "{step:?}");
        }
    }
}
