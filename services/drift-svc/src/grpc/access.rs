//! What a caller may see or do with a fleet.

use vortex_kit::{
    access::{Access, Asked},
    error::Fault,
};

use crate::domain::FleetName;

/// Whether the caller may see a fleet.
pub(super) fn sees(access: &Access, fleet: &FleetName) -> bool {
    asked(fleet, |asked| access.allows(asked))
}

/// Fails unless the caller may do with a fleet what it asks.
pub(super) fn require(access: &Access, fleet: &FleetName) -> Result<(), Fault> {
    asked(fleet, |asked| access.require(asked))
}

fn asked<T>(fleet: &FleetName, ask: impl FnOnce(Asked<'_>) -> T) -> T {
    let profiles: Vec<&str> = fleet.profiles().collect();
    ask(Asked::Documents {
        labels: &[fleet.label()],
        apps: &[fleet.app()],
        profiles: &profiles,
    })
}
