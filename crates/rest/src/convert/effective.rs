//! Effective configurations.

use vortex_proto::config::v1 as proto;

use super::{To, mirror};
use crate::{ContributingSource, Effective, Json, SourceAge};

mirror! {
    struct ContributingSource <= proto::ContributingSource { path, version }
    struct SourceAge <= proto::SourceAge { source, last_success }
}

/// Without `key_from`, which is not known from a reply. Fails when the configuration is not valid
/// JSON.
impl TryFrom<proto::GetConfigResponse> for Effective {
    type Error = serde_json::Error;

    fn try_from(reply: proto::GetConfigResponse) -> Result<Self, Self::Error> {
        let unit = reply.assignments.first().map(proto::Assignment::unit);
        Ok(Self {
            config: Json::from_slice(&reply.config)?,
            app: reply.app,
            profiles: reply.profiles,
            label: reply.label,
            version: reply.version,
            digest: reply.digest,
            token: reply.token,
            sources: reply.sources.to(),
            source_age: reply.source_age.map(SourceAge::from),
            assignments: reply.assignments.to(),
            unit: unit.to(),
            key_from: None,
        })
    }
}
