//! The effective configuration, for `/api/effective` and the snapshots of watches.

use vortex_kit::error::Fault;
use vortex_proto::config::v1::GetConfigResponse;
use vortex_rest::{Effective, Unit};

use crate::extract::TakenFrom;

/// The configuration for a reader whose instance and key come from `taken_from`.
///
/// Fails with `INTERNAL` when the configuration is not valid JSON.
pub(crate) fn shape(reply: GetConfigResponse, taken_from: TakenFrom) -> Result<Effective, Fault> {
    let effective = Effective::try_from(reply).map_err(|error| Fault::internal(&error))?;
    let key_from = match effective.unit {
        Some(Unit::Instance) => Some(taken_from.instance),
        Some(Unit::Subject) => Some(taken_from.key),
        Some(Unit::Other(_)) | None => None,
    };
    Ok(Effective {
        key_from,
        ..effective
    })
}
