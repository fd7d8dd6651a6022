//! Parses requests into domain types.

mod draft;
mod figures;
mod plan;
mod settings;
#[cfg(test)]
mod tests;

pub(super) use draft::{draft, revert};
pub(super) use figures::reports;

use crate::{
    domain::{RequestId, RolloutId, StateKind},
    engine,
};
use prost::Message;
use sha2::{Digest as _, Sha256};
use std::time::Duration;
use tonic::Request;
use vortex_kit::{context::Context, error::Fault, grpc::bounds};
use vortex_proto::rollout::v1 as pb;

/// Where a duration's nanoseconds end.
const NANOS_PER_SECOND: u32 = 1_000_000_000;
/// Bytes of a command's reason.
const MAX_REASON: usize = 1_024;

/// The rollout that a request is about.
pub(super) fn id(given: &str) -> Result<RolloutId, Fault> {
    given
        .parse()
        .map_err(|error: crate::domain::InvalidName| Fault::invalid("id", error.to_string()))
}

/// The id by which a repeat of a request is known, if it has one.
pub(super) fn request_id(given: &str) -> Result<Option<RequestId>, Fault> {
    if given.is_empty() {
        return Ok(None);
    }
    let parsed = given.parse::<RequestId>().map(Some);
    parsed.map_err(|error| Fault::invalid("request_id", error.to_string()))
}

/// Why a command is given, for the audit.
pub(super) fn reason(given: String) -> Result<String, Fault> {
    text("reason", given, MAX_REASON)
}

/// A command, and who gives it: with what makes it idempotent, of which `take_id` takes
/// the id out of it.
pub(super) fn command<T: Message>(
    request: Request<T>,
    take_id: impl FnOnce(&mut T) -> String,
) -> Result<(T, engine::Request), Fault> {
    let principal = Context::of(&request).principal().to_string();
    let mut request = request.into_inner();
    let id = request_id(&take_id(&mut request))?;
    let body = fingerprint(&request);
    Ok((
        request,
        engine::Request {
            principal,
            id,
            body,
        },
    ))
}

/// What tells a request from others. Those of two calls may look alike once they are
/// encoded.
fn fingerprint<T: Message>(request: &T) -> [u8; 32] {
    let call = std::any::type_name::<T>().rsplit("::").next();
    let mut hasher = Sha256::new();
    hasher.update(call.unwrap_or_default());
    // no call's name has one, so that a name and a body can't be shifted
    hasher.update([0]);
    hasher.update(request.encode_to_vec());
    hasher.finalize().into()
}

/// The state that a list is to show; `None` for one that no rollout is in.
pub(super) fn state(index: usize, given: i32) -> Result<Option<StateKind>, Fault> {
    match pb::RolloutState::try_from(given) {
        Ok(pb::RolloutState::Created) => Ok(Some(StateKind::Created)),
        Ok(pb::RolloutState::Running) => Ok(Some(StateKind::Running)),
        Ok(pb::RolloutState::Paused) => Ok(Some(StateKind::Paused)),
        Ok(pb::RolloutState::Completed) => Ok(Some(StateKind::Completed)),
        Ok(pb::RolloutState::RolledBack) => Ok(Some(StateKind::RolledBack)),
        Ok(pb::RolloutState::Superseded) => Ok(None),
        Ok(pb::RolloutState::Unspecified) | Err(_) => Err(Fault::invalid(
            format!("states[{index}]"),
            format!("{given} is not a known state of a rollout"),
        )),
    }
}

fn text(field: &str, given: String, longest: usize) -> Result<String, Fault> {
    bounds::bytes(field, &given, longest)?;
    Ok(given)
}

/// Not by prost's conversion, which overflows for the least of all durations.
fn duration(field: &str, given: prost_types::Duration) -> Result<Duration, Fault> {
    let seconds = u64::try_from(given.seconds).ok();
    let nanos = u32::try_from(given.nanos).ok();
    match (seconds, nanos.filter(|nanos| *nanos < NANOS_PER_SECOND)) {
        (Some(seconds), Some(nanos)) => Ok(Duration::new(seconds, nanos)),
        _ => Err(Fault::invalid(
            field,
            "it must be a valid duration and not negative",
        )),
    }
}
