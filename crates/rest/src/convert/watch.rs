//! Events of a watched configuration.

use vortex_proto::config::v1 as proto;

use super::To;
use crate::{ConfigChange, Json};

/// Fails when the patch is not valid JSON.
impl TryFrom<proto::ConfigChange> for ConfigChange {
    type Error = serde_json::Error;

    fn try_from(change: proto::ConfigChange) -> Result<Self, Self::Error> {
        Ok(Self {
            patch: Json::from_slice(&change.patch)?,
            old_version: change.old_version,
            new_version: change.new_version,
            digest: change.digest,
            token: change.token,
            sources: change.sources.to(),
            assignments: change.assignments.to(),
        })
    }
}
