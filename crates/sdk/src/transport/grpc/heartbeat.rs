//! Heartbeats as messages.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use prost::Message as _;
use vortex_proto::{config::v1 as config, heartbeat::v1 as proto, rollout::v1::DdSketch, time};
use vortex_rest::{Arm, Heartbeat, Measured};

/// Fails where a sketch is none, which this library does not make.
pub(super) fn message(heartbeat: Heartbeat) -> Result<proto::Heartbeat, String> {
    let profiles = heartbeat.profile.unwrap_or_default();
    let status = heartbeat.status.map(proto::InstanceStatus::from);
    let measured = heartbeat.metrics.unwrap_or_default();
    let assignments = heartbeat.assignments.unwrap_or_default();
    Ok(proto::Heartbeat {
        fleet: Some(proto::Fleet {
            app: heartbeat.app.unwrap_or_default(),
            profiles: profiles.split(',').map(str::to_owned).collect(),
            label: heartbeat.label.unwrap_or_default(),
        }),
        instance_id: heartbeat.instance_id,
        boot_id: heartbeat.boot_id.unwrap_or_default(),
        sequence: heartbeat.sequence.unwrap_or_default(),
        version: heartbeat.version.unwrap_or_default(),
        token: heartbeat.token.unwrap_or_default(),
        assignments: assignments.into_iter().map(Into::into).collect(),
        status: status.unwrap_or_default().into(),
        refused: heartbeat.refused.map(Into::into),
        measured: measured
            .into_iter()
            .map(figures)
            .collect::<Result<_, _>>()?,
        metadata: heartbeat.metadata.map(Into::into),
        sent_at: heartbeat.sent_at.map(time::timestamp),
    })
}

fn figures(measured: Measured) -> Result<proto::Measured, String> {
    let arm = measured.arm.map(Arm::from).map(config::Arm::from);
    Ok(proto::Measured {
        split: measured.split.unwrap_or_default(),
        generation: measured.generation.unwrap_or_default(),
        arm: arm.unwrap_or_default().into(),
        requests: measured.requests,
        errors: measured.errors,
        latencies_ms: measured.latencies_ms.unwrap_or_default(),
        sketch: measured.sketch.as_deref().map(sketch).transpose()?,
    })
}

fn sketch(base64: &str) -> Result<DdSketch, String> {
    let bytes = BASE64_STANDARD.decode(base64);
    let bytes = bytes.map_err(|error| error.to_string())?;
    DdSketch::decode(&*bytes).map_err(|error| error.to_string())
}
