//! Parses requests into domain types.

mod draft;
mod edit;
mod figures;
mod gates;
mod plan;
mod settings;
#[cfg(test)]
mod tests;
mod window;

pub(super) use draft::{draft, revert};
pub(super) use edit::edit;
pub(super) use figures::reports;
pub(super) use gates::check as check_requests;
pub(super) use vortex_service::parse::reason;
pub(super) use window::part;

use prost::Message;
use tonic::Request;
use vortex_kit::error::Fault;
use vortex_proto::rollout::v1 as pb;
use vortex_service::{
    mutation::Framing,
    parse::{duration, text},
};

use crate::{
    domain::{RolloutId, StateKind},
    engine,
};

/// The rollout that a request names.
pub(super) fn id(given: &str) -> Result<RolloutId, Fault> {
    given
        .parse()
        .map_err(|error: crate::domain::InvalidName| Fault::invalid("id", error.to_string()))
}

/// A command with its caller. `take_id` takes the request id out of it, so that the hash is of the
/// rest.
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

/// The state by which a list is filtered; `None` for one that no rollout is ever in.
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
