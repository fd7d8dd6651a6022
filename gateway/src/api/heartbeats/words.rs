//! What heartbeat-ingest says of a report, with the names that callers know its members by.

use vortex_kit::error::Fault;
use vortex_rest::{HeartbeatResult, RefusedHeartbeat};

use crate::problem::Problem;

/// Members that have another name in the contract of the service.
const NAMES: [(&str, &str); 4] = [
    ("fleet.app", "app"),
    ("fleet.profiles", "profile"),
    ("fleet.label", "label"),
    ("measured", "metrics"),
];

/// A problem whose fields are those of the body.
pub(super) fn problem(Problem(fault): Problem) -> Problem {
    if fault.fields().is_empty() {
        return Problem(fault);
    }
    let mut told = Fault::new(fault.reason(), renamed(fault.message()));
    for (key, value) in fault.metadata() {
        told = told.with(key, value);
    }
    for violation in fault.fields() {
        told = told.field(renamed(&violation.field), &violation.description);
    }
    match fault.retry_delay() {
        Some(delay) => told.retry_after(delay).into(),
        None => told.into(),
    }
}

/// The same for one of several.
pub(super) fn result(result: HeartbeatResult) -> HeartbeatResult {
    match result {
        HeartbeatResult::Refused(refused) => HeartbeatResult::Refused(RefusedHeartbeat {
            detail: renamed(&refused.detail),
            ..refused
        }),
        taken @ HeartbeatResult::Taken(_) => taken,
    }
}

/// A text that begins with a member of a report, by the name it has here. Any other stays.
fn renamed(text: &str) -> String {
    let Some(member) = member(text) else {
        return text.to_owned();
    };
    let mut names = NAMES.into_iter();
    let renamed = names.find_map(|(theirs, ours)| Some((ours, member.strip_prefix(theirs)?)));
    match renamed {
        Some((name, rest)) => format!("{name}{rest}"),
        None => member.to_owned(),
    }
}

/// What follows `heartbeat.` or `heartbeats[3].`, in a text that begins so.
fn member(text: &str) -> Option<&str> {
    if let Some(member) = text.strip_prefix("heartbeat.") {
        return Some(member);
    }
    let (place, member) = text.strip_prefix("heartbeats[")?.split_once("].")?;
    place
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then_some(member)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_have_the_names_that_callers_wrote() {
        for (theirs, ours) in [
            (
                "heartbeat.instance_id: it is required",
                "instance_id: it is required",
            ),
            ("heartbeat.fleet.profiles[1]: no", "profile[1]: no"),
            (
                "heartbeats[12].measured[0].errors: no",
                "metrics[0].errors: no",
            ),
            (
                "one application may send 9 reports",
                "one application may send 9 reports",
            ),
            ("heartbeats[a].b", "heartbeats[a].b"),
            ("heartbeat", "heartbeat"),
        ] {
            assert_eq!(renamed(theirs), ours);
        }
    }
}
