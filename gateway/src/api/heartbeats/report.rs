//! A report, as heartbeat-ingest takes it.

use vortex_kit::error::Fault;
use vortex_proto::{
    heartbeat::v1::{self as proto, Fleet},
    time::timestamp,
};
use vortex_rest::{Heartbeat, InstanceStatus, RefusedVersion};

use super::figures;
use crate::{api::target::Target, extract::name};

/// A report that can be sent on.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) heartbeat: proto::Heartbeat,
    /// Figures that were left out, as they concern no split.
    pub(super) passed_over: u64,
}

impl Report {
    /// Fails with `INVALID_ARGUMENT`, naming the field. What only the service can judge is left to
    /// it.
    pub(super) fn of(heartbeat: Heartbeat) -> Result<Self, Fault> {
        let app = heartbeat
            .app
            .ok_or_else(|| Fault::invalid("app", "is missing"))?;
        let target = Target {
            app,
            profile: heartbeat.profile.unwrap_or_default(),
        };
        let (measured, passed_over) = figures::to_proto(
            heartbeat.metrics.unwrap_or_default(),
            heartbeat.version.as_deref().unwrap_or_default(),
            heartbeat.assignments.as_deref().unwrap_or_default(),
        )?;
        let assignments = heartbeat.assignments.unwrap_or_default();
        let heartbeat = proto::Heartbeat {
            fleet: Some(Fleet {
                label: heartbeat.label.unwrap_or_default(),
                ..target.fleet(None)
            }),
            instance_id: heartbeat.instance_id,
            boot_id: heartbeat.boot_id.unwrap_or_default(),
            sequence: heartbeat.sequence.unwrap_or_default(),
            version: heartbeat.version.unwrap_or_default(),
            token: heartbeat.token.unwrap_or_default(),
            assignments: assignments.into_iter().map(Into::into).collect(),
            status: status(heartbeat.status)?.into(),
            refused: refused(heartbeat.error, heartbeat.refused)?.map(Into::into),
            measured,
            metadata: heartbeat.metadata.map(Into::into),
            sent_at: heartbeat.sent_at.map(timestamp),
        };
        Ok(Self {
            heartbeat,
            passed_over,
        })
    }
}

/// A report whose application and profiles are those of the path.
pub(super) fn placed(heartbeat: Heartbeat, target: Target) -> Result<Heartbeat, Fault> {
    let given = [
        ("app", &heartbeat.app, &target.app),
        ("profile", &heartbeat.profile, &target.profile),
    ];
    for (field, given, in_path) in given {
        if given.as_ref().is_some_and(|given| given != in_path) {
            return Err(Fault::invalid(field, "differs from that of the path"));
        }
    }
    Ok(Heartbeat {
        app: Some(target.app),
        profile: Some(target.profile),
        ..heartbeat
    })
}

fn status(given: Option<InstanceStatus>) -> Result<proto::InstanceStatus, Fault> {
    let status = match given {
        None => return Ok(proto::InstanceStatus::Unspecified),
        Some(InstanceStatus::Other(text)) => name::<InstanceStatus>("status", &text)?,
        Some(known) => known,
    };
    Ok(status.into())
}

/// What was refused; `error` alone says why, and not what.
fn refused(
    error: Option<String>,
    refused: Option<RefusedVersion>,
) -> Result<Option<RefusedVersion>, Fault> {
    match (error, refused) {
        (None, refused) => Ok(refused),
        (Some(error), None) => Ok(Some(RefusedVersion {
            version: String::new(),
            error,
        })),
        (Some(_), Some(_)) => Err(Fault::invalid(
            "error",
            "is given beside refused, which has one of its own",
        )),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn report(body: Value) -> Result<Report, Fault> {
        Report::of(serde_json::from_value(body).unwrap())
    }

    #[test]
    fn what_is_wrong_is_told_by_its_field() {
        for (member, value, told) in [
            ("app", Value::Null, "app: is missing"),
            (
                "status",
                json!("fine"),
                "status: must be one of healthy, degraded, unhealthy, stopping, not \"fine\"",
            ),
            (
                "error",
                json!("no"),
                "error: is given beside refused, which has one of its own",
            ),
            (
                "metrics",
                json!([{"requests": 1, "errors": 0}, {"requests": 1, "errors": 0, "sketch": "!"}]),
                "metrics[1].sketch: is not valid base64",
            ),
        ] {
            let mut body = json!({"app": "orders", "instance_id": "i", "refused": {}});
            body[member] = value;
            assert_eq!(report(body).unwrap_err().message(), told);
        }
    }

    #[test]
    fn an_error_alone_says_that_some_version_was_refused() {
        let body = json!({"app": "orders", "instance_id": "i", "error": "no such pool"});
        let refused = report(body).unwrap().heartbeat.refused.unwrap();
        assert_eq!((&*refused.version, &*refused.error), ("", "no such pool"));
    }
}
