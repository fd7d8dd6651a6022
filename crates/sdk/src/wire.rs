//! Heartbeats, in the words of the contract.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use vortex_rest::{
    Assignment, HeartbeatReply, InstanceMetadata, InstanceStatus, Measured, Name as _,
    RefusedVersion,
};

use crate::{
    figures::{ArmOf, Counts, Figures},
    in_use::Refused,
    metadata::Metadata,
    pace, sketch_bytes,
    status::{Status, Told},
};

/// What a report with these assignments says was measured.
///
/// Requests that no split concerned are told only while none does: in a report with assignments
/// they would count for the arms that these name, which did not serve them.
pub(crate) fn measured(figures: &Figures, assignments: &[Assignment]) -> Option<Vec<Measured>> {
    let plain =
        (figures.plain.requests > 0 && assignments.is_empty()).then(|| of_all(&figures.plain));
    let by_arm = figures.by_arm.iter();
    let by_arm = by_arm.map(|(of, counts)| of_arm(of, counts));
    present(plain.into_iter().chain(by_arm).collect())
}

fn of_arm(of: &ArmOf, counts: &Counts) -> Measured {
    Measured {
        split: Some(of.split.clone()),
        generation: Some(of.generation),
        arm: Some(of.arm.as_str().to_owned()),
        ..of_all(counts)
    }
}

fn of_all(counts: &Counts) -> Measured {
    let sketch = sketch_bytes::in_milliseconds(&counts.latencies);
    Measured {
        requests: counts.requests,
        errors: counts.errors,
        sketch: Some(BASE64_STANDARD.encode(sketch)),
        ..Measured::default()
    }
}

/// A list or text that is only told if it says something.
pub(crate) fn present<T: Default + PartialEq>(value: T) -> Option<T> {
    (value != T::default()).then_some(value)
}

/// The pace that the server wants, or else the one there is: the server may be older.
pub(crate) fn pace(
    reply: &HeartbeatReply,
    (interval, jitter): (Duration, Duration),
) -> pace::Event {
    pace::Event::Delivered {
        interval: reply.next_interval.map_or(interval, Duration::from),
        jitter: reply.jitter.map_or(jitter, Duration::from),
    }
}

impl From<Told> for InstanceStatus {
    fn from(told: Told) -> Self {
        match told {
            Told::Running(Status::Healthy) => Self::Healthy,
            Told::Running(Status::Degraded) => Self::Degraded,
            Told::Running(Status::Unhealthy) => Self::Unhealthy,
            Told::Stopping => Self::Stopping,
        }
    }
}

impl From<&Refused> for RefusedVersion {
    fn from(refused: &Refused) -> Self {
        Self {
            version: refused.version.clone(),
            error: refused.error.clone(),
        }
    }
}

impl From<&Metadata> for InstanceMetadata {
    fn from(metadata: &Metadata) -> Self {
        Self {
            host: metadata.host.clone(),
            namespace: metadata.namespace.clone(),
            zone: metadata.zone.clone(),
            app_version: metadata.app_version.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use vortex_rest::Arm;

    use super::*;

    fn canary() -> Assignment {
        Assignment {
            split: "s".to_owned(),
            change: "v2".to_owned(),
            generation: 3,
            arm: Arm::Canary,
            unit: vortex_rest::Unit::Instance,
            forced: false,
        }
    }

    fn json_of(figures: &Figures, assignments: &[Assignment]) -> Value {
        serde_json::to_value(measured(figures, assignments)).unwrap()
    }

    #[test]
    fn figures_are_told_by_arm() {
        let mut figures = Figures::default();
        figures.record(&[canary()], Duration::from_millis(5), false);
        let told = &json_of(&figures, &[canary()])[0];
        assert_eq!(
            (&told["split"], &told["generation"], &told["arm"]),
            (&json!("s"), &json!(3), &json!("canary"))
        );
        assert_eq!((&told["requests"], &told["errors"]), (&json!(1), &json!(1)));
    }

    #[test]
    fn requests_from_before_a_split_are_not_told_as_its_own() {
        let mut figures = Figures::default();
        figures.record(&[], Duration::from_millis(5), true);
        assert_eq!(json_of(&figures, &[canary()]), Value::Null);
        let told = &json_of(&figures, &[])[0];
        assert_eq!((told.get("split"), &told["requests"]), (None, &json!(1)));
    }

    #[test]
    fn what_a_reply_does_not_say_stays() {
        let before = (Duration::from_secs(30), Duration::from_secs(3));
        let reply = serde_json::from_str(r#"{"next_interval":"2m","newer":1}"#).unwrap();
        assert_eq!(
            pace(&reply, before),
            pace::Event::Delivered {
                interval: Duration::from_secs(120),
                jitter: before.1
            }
        );
    }
}
