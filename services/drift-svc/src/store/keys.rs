//! The keys of stored entries.

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use crate::domain::{AlertId, FleetName, Step};

pub(super) const ALERTS: &str = "alert/";
pub(super) const SILENCES: &str = "silence/";
pub(super) const TOLD: &str = "told/";

pub(super) fn alert(id: &AlertId) -> Bytes {
    format!("{ALERTS}{id}").into()
}

pub(super) fn told(id: &AlertId, step: Step) -> Bytes {
    format!("{TOLD}{id}/{}", step.name()).into()
}

pub(super) fn told_of(id: &AlertId) -> Bytes {
    format!("{TOLD}{id}/").into()
}

/// By a hash, since a fleet's names may be longer than a key.
pub(super) fn silence(fleet: &FleetName) -> Bytes {
    let hash = Sha256::digest(fleet.to_string());
    format!("{SILENCES}{}", hex::encode(hash)).into()
}
