//! Parses requests into domain types.

use vortex_kit::{error::Fault, grpc::page};
use vortex_proto::{drift::v1 as pb, heartbeat::v1 as heartbeat};
use vortex_views::Fleet;

use crate::{
    domain::{FleetName, State},
    plans,
};

/// The fleet that a request names.
pub(super) fn fleet(given: Option<&heartbeat::Fleet>) -> Result<Fleet, Fault> {
    let given = given.ok_or_else(|| Fault::invalid("fleet", "it is missing"))?;
    Fleet::try_from(given).map_err(|error| error.fault("fleet"))
}

/// The name of the fleet that a request names.
pub(super) fn fleet_name(given: Option<&heartbeat::Fleet>) -> Result<FleetName, Fault> {
    Ok(plans::name(&fleet(given)?))
}

/// The state by which a list is filtered.
pub(super) fn state(index: usize, given: i32) -> Result<State, Fault> {
    match pb::DriftState::try_from(given) {
        Ok(pb::DriftState::Stale) => Ok(State::Stale),
        Ok(pb::DriftState::Failed) => Ok(State::Failed),
        Ok(pb::DriftState::UnknownVersion) => Ok(State::UnknownVersion),
        Ok(pb::DriftState::Ahead) => Ok(State::Ahead),
        Ok(pb::DriftState::InSync) => Ok(State::InSync),
        Ok(pb::DriftState::Canary) => Ok(State::Canary),
        Ok(pb::DriftState::Pending) => Ok(State::Pending),
        Ok(pb::DriftState::Drifted) => Ok(State::Drifted),
        Ok(pb::DriftState::Unspecified) | Err(_) => Err(Fault::invalid(
            format!("states[{index}]"),
            format!("{given} is not a known state of an instance"),
        )),
    }
}

/// The token of the page after a fleet.
pub(super) fn after_fleet(fleet: &FleetName) -> String {
    page::token(&[fleet.app(), &fleet.profile_list(), fleet.label()])
}

/// The fleet that a page begins after.
pub(super) fn fleet_before(token: &str) -> Result<Option<FleetName>, Fault> {
    let after = page::after::<3>(token)?;
    Ok(after.map(|[app, profiles, label]| FleetName::new(&app, profiles.split(','), &label)))
}

/// The token of the page after an instance of a fleet. An id may have line breaks.
pub(super) fn after_instance(fleet: &FleetName, id: &str) -> String {
    let id = hex::encode(id);
    page::token(&[fleet.app(), &fleet.profile_list(), fleet.label(), &id])
}

/// The instance that a page begins after.
pub(super) fn instance_before(token: &str) -> Result<Option<(FleetName, String)>, Fault> {
    let Some([app, profiles, label, id]) = page::after::<4>(token)? else {
        return Ok(None);
    };
    let id = hex::decode(id)
        .ok()
        .and_then(|id| String::from_utf8(id).ok());
    let id = id.ok_or_else(page::invalid)?;
    Ok(Some((
        FleetName::new(&app, profiles.split(','), &label),
        id,
    )))
}
