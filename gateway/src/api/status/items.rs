//! What a status says of each thing.

mod alerts;

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use vortex_kit::error::{Fault, Reason};
use vortex_proto::config::v1 as proto;
use vortex_rest::{
    Breaker, Freeze, Rollout, RolloutState, Source, SourceLabel, SourceState, Status, StatusItem,
    StatusKind, rfc3339,
};

pub(super) use alerts::{alert, more_alerts};

/// A service that does not answer, or answers that it can't.
pub(super) fn away(service: &str, fault: &Fault) -> StatusItem {
    let about = match fault.reason() {
        Reason::Unavailable | Reason::DeadlineExceeded => "it does not answer",
        _ => "it can't tell how it stands",
    };
    StatusItem {
        kind: StatusKind::Service,
        id: service.to_owned(),
        about: about.to_owned(),
        why: fault.to_string(),
        ..StatusItem::default()
    }
}

/// Puts a rollout where it belongs.
pub(super) fn rollout(rollout: Rollout, status: &mut Status) {
    let id = &rollout.id;
    let (next, list) = match rollout.state {
        RolloutState::Created => (format!("vortex rollout start {id}"), &mut status.waiting),
        RolloutState::Running if !rollout.effect_error.is_empty() => {
            (format!("vortex rollout get {id}"), &mut status.degraded)
        }
        RolloutState::Running => (
            format!("vortex rollout watch {id}"),
            &mut status.rolling_out,
        ),
        RolloutState::Paused => (format!("vortex rollout get {id}"), &mut status.paused),
        RolloutState::Completed
        | RolloutState::RolledBack
        | RolloutState::Superseded
        | RolloutState::Other(_) => return,
    };
    list.push(StatusItem {
        kind: StatusKind::Rollout,
        id: id.clone(),
        about: about(&rollout),
        why: match rollout.effect_error.as_str() {
            "" => rollout.reason.clone(),
            error => error.to_owned(),
        },
        since: rollout.stage_since.clone().or(rollout.created_at.clone()),
        next,
    });
}

/// `v3 of orders-prod.yml on main, stage 2/3, 25%`
fn about(rollout: &Rollout) -> String {
    let documents = match rollout.paths.as_slice() {
        [] => "its documents".to_owned(),
        [only] => only.clone(),
        [first, more @ ..] => format!("{first} +{}", more.len()),
    };
    let stage = rollout.stage.as_ref().map(|stage| {
        // people count from 1
        let (at, of) = (u64::from(stage.index) + 1, rollout.stages.len());
        format!(", stage {at}/{of}, {}%", rollout.share_in_force)
    });
    let (change, label) = (&rollout.change, &rollout.label);
    format!(
        "{change} of {documents} on {label}{}",
        stage.unwrap_or_default()
    )
}

/// The breaker, while it is open.
pub(super) fn breaker(breaker: Breaker, status: &mut Status) {
    if !breaker.open {
        return;
    }
    status.degraded.push(StatusItem {
        kind: StatusKind::Breaker,
        id: "breaker".to_owned(),
        about: "no rollout goes on by itself".to_owned(),
        why: format!("{} rollbacks", breaker.rollbacks.len()),
        since: breaker.opened_at,
        next: "vortex breaker reset".to_owned(),
    });
}

/// A freeze in force.
pub(super) fn freeze(freeze: Freeze) -> StatusItem {
    let what = match freeze.all {
        true => "everything".to_owned(),
        false => freeze.apps.join(", "),
    };
    let on = match freeze.label.as_str() {
        "" => "all labels",
        label => label,
    };
    let until = match freeze.until.as_deref() {
        Some(until) => format!("until {}", to_the_second(until)),
        None => "until it is ended".to_owned(),
    };
    let by = match freeze.author.as_str() {
        "" => &freeze.principal,
        author => author,
    };
    StatusItem {
        kind: StatusKind::Freeze,
        about: format!("{what} on {on}, by {by}, {until}"),
        why: freeze.reason,
        since: freeze.since,
        next: format!("vortex unfreeze {}", freeze.id),
        id: freeze.id,
    }
}

/// An override in force.
pub(super) fn overriding(set: proto::Override) -> StatusItem {
    let (app, profile, label) = (&set.app, &set.profile, &set.label);
    // what can't be counted is in force all the same
    let keys = serde_json::from_slice::<BTreeMap<String, IgnoredAny>>(&set.values);
    let keys = match keys.map_or(0, |keys| keys.len()) {
        0 => "values".to_owned(),
        1 => "1 key".to_owned(),
        keys => format!("{keys} keys"),
    };
    let until = rfc3339(set.expires_at).unwrap_or_default();
    let by = match set.author.as_str() {
        "" => &set.principal,
        author => author,
    };
    let on = match label.as_str() {
        "main" => String::new(),
        label => format!(" --label {label}"),
    };
    StatusItem {
        kind: StatusKind::Override,
        about: format!(
            "{keys} of {app}/{profile} on {label}, by {by}, until {}",
            to_the_second(&until)
        ),
        since: rfc3339(set.since),
        next: format!("vortex config override {app} {profile} --remove{on}"),
        why: set.reason,
        id: set.id,
    }
}

/// Says that more overrides are in force than one page holds.
pub(super) fn more_overrides() -> StatusItem {
    StatusItem {
        kind: StatusKind::Override,
        id: "…".to_owned(),
        about: "there are more than are told of here".to_owned(),
        next: "vortex config override list".to_owned(),
        ..StatusItem::default()
    }
}

/// A time as people read it; one that has no fraction is that already.
fn to_the_second(time: &str) -> String {
    match time.split_once('.') {
        Some((whole, _)) => format!("{whole}Z"),
        None => time.to_owned(),
    }
}

/// A source that cannot be read or that is not configured, and each of its labels that waits.
pub(super) fn source(source: Source, status: &mut Status) {
    let next = format!("vortex sources show {}", source.name);
    let item = |about: String, why: String| StatusItem {
        kind: StatusKind::Source,
        id: source.name.clone(),
        about,
        why,
        since: source.last_success.clone(),
        next: next.clone(),
    };
    if source.state == SourceState::NotConfigured {
        let about = "it is not configured any more, and keeps its labels".to_owned();
        status.waiting.push(item(about, String::new()));
    }
    if !source.error.is_empty() {
        let about = "it cannot be read".to_owned();
        status.degraded.push(item(about, source.error.clone()));
    }
    for label in &source.labels {
        if let Some((about, why)) = waits(label) {
            status.waiting.push(item(about, why));
        }
    }
}

/// What of a label waits, and why.
fn waits(label: &SourceLabel) -> Option<(String, String)> {
    if !label.pending_reason.is_empty() {
        let commit = label.pending_commit.get(..12);
        let commit = commit.unwrap_or(&label.pending_commit);
        let about = format!("commit {commit} of {} waits", label.label);
        let why = format!("{}: {}", label.pending_reason, label.pending_detail);
        return Some((about, why));
    }
    let about = format!("{} waits for a rollout", label.label);
    label.awaits_rollout.then(|| (about, String::new()))
}
