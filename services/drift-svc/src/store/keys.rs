//! The keys of stored entries.

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use crate::domain::{AlertId, FleetName};

pub(super) const ALERTS: &str = "alert/";
pub(super) const SILENCES: &str = "silence/";

pub(super) fn alert(id: &AlertId) -> Bytes {
    format!("{ALERTS}{id}").into()
}

/// By a hash, since a fleet's names may be longer than a key.
pub(super) fn silence(fleet: &FleetName) -> Bytes {
    let hash = Sha256::digest(fleet.to_string());
    format!("{SILENCES}{}", hex::encode(hash)).into()
}
