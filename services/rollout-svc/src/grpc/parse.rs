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
    domain::{RolloutId, StateKind},
    engine,
};
use prost::Message;
use std::time::Duration;
use tonic::Request;
use vortex_kit::{error::Fault, grpc::bounds};
use vortex_proto::rollout::v1 as pb;
use vortex_service::mutation::Framing;

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
    let (request, asked) = Framing::Zero.parse(request, take_id)?;
    let requester = engine::Request {
        principal: asked.principal,
        id: asked.id,
        body: asked.fingerprint,
    };
    Ok((request, requester))
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
