//! Parses reports. Texts are borrowed from the message.

mod assignments;
mod measured;
mod sketch;
#[cfg(test)]
mod tests;

use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;
use vortex_names::check;
use vortex_proto::{heartbeat::v1 as pb, time};
use vortex_views::Token;

use crate::domain::{Invalid, MAX_INSTANCE, Mark, Metadata, Refused, Report, Status, Why, cut};

/// Bytes of a version that is served or refused.
const MAX_VERSION: usize = 512;
/// Bytes of why a version was refused. The rest is cut off.
const MAX_ERROR: usize = 1_024;
/// Bytes of each text that says where an instance runs. The rest is cut off.
const MAX_METADATA: usize = 256;
/// Bytes of a token.
const MAX_TOKEN: usize = 128;
/// How far a sender's clock may be off before that is counted.
const OFF: Duration = Duration::from_secs(60);

/// A report, its fleet left out. `store` is the store whose positions are known.
pub(super) fn report(given: &pb::Heartbeat, store: Option<Uuid>) -> Result<Report<'_>, Invalid> {
    let instance = &*given.instance_id;
    check::length("instance_id", instance, MAX_INSTANCE).map_err(too_long)?;
    at_most("version", &given.version, MAX_VERSION)?;
    at_most("token", &given.token, MAX_TOKEN)?;
    Ok(Report {
        instance,
        mark: Mark {
            boot: given.boot_id,
            sequence: given.sequence,
        },
        version: &given.version,
        position: position(&given.token, store),
        assignments: assignments::assignments(&given.assignments)?,
        status: status(given.status)?,
        refused: given.refused.as_ref().map(refused).transpose()?,
        measured: measured::measured(&given.measured)?,
        metadata: given
            .metadata
            .as_ref()
            .map_or_else(Metadata::default, metadata),
    })
}

/// Whether a sender's clock is off.
pub(super) fn is_off(sent: Option<prost_types::Timestamp>, now: Timestamp) -> bool {
    sent.is_some_and(|sent| match time::from_timestamp(sent) {
        Some(sent) => sent.duration_since(now).unsigned_abs() > OFF,
        // beyond all times
        None => true,
    })
}

/// The log's position that a token says; 0 if that is not of this store.
fn position(token: &str, store: Option<Uuid>) -> u64 {
    if token.is_empty() {
        return 0;
    }
    match (token.parse::<Token>(), store) {
        (Ok(token), Some(store)) if token.store == store => token.position,
        _ => 0,
    }
}

fn status(given: i32) -> Result<Status, Invalid> {
    use pb::InstanceStatus as Given;
    match Given::try_from(given) {
        Ok(Given::Unspecified | Given::Healthy) => Ok(Status::Healthy),
        Ok(Given::Degraded) => Ok(Status::Degraded),
        Ok(Given::Unhealthy) => Ok(Status::Unhealthy),
        Ok(Given::Stopping) => Ok(Status::Stopping),
        Err(_) => Err(Invalid::new("status", Why::Unknown(given))),
    }
}

fn refused(given: &pb::RefusedVersion) -> Result<Refused<'_>, Invalid> {
    at_most("refused.version", &given.version, MAX_VERSION)?;
    Ok(Refused {
        version: &given.version,
        error: cut(&given.error, MAX_ERROR),
    })
}

fn metadata(given: &pb::InstanceMetadata) -> Metadata<'_> {
    Metadata {
        host: cut(&given.host, MAX_METADATA),
        namespace: cut(&given.namespace, MAX_METADATA),
        zone: cut(&given.zone, MAX_METADATA),
        app_version: cut(&given.app_version, MAX_METADATA),
    }
}

fn at_most(field: &str, text: &str, limit: usize) -> Result<(), Invalid> {
    match text.len() {
        bytes if bytes > limit => Err(Invalid::new(field, Why::TooLong { bytes, limit })),
        _ => Ok(()),
    }
}

fn too_long(invalid: vortex_names::InvalidName) -> Invalid {
    Invalid::new(invalid.field(), invalid)
}
