//! Writes what a view says as config-svc answers it.

use bytes::Bytes;
use vortex_proto::config::v1::{
    Assignment, ConfigChange, GetConfigResponse, GetEnvironmentRequest, GetEnvironmentResponse,
    SourceAge, View,
};
use vortex_views::{Fleet, Reader, Token};

use super::Seen;

/// The fleet that a view is of, if it names one application and one label.
pub(super) fn single(view: Option<&View>) -> Option<Fleet> {
    let view = view?;
    let label = match &*view.labels {
        [] => "",
        [label] => label,
        _ => return None,
    };
    match &*view.apps {
        [app] => Fleet::new(app, &view.profiles, label).ok(),
        _ => None,
    }
}

/// An effective configuration, as of a position.
pub(crate) fn config_reply(
    fleet: &Fleet,
    seen: &Seen,
    at: Token,
    reader: &Reader<'_>,
) -> Option<GetConfigResponse> {
    let variant = seen.variant()?;
    Some(GetConfigResponse {
        app: fleet.app().to_owned(),
        profiles: fleet.profiles().map(str::to_owned).collect(),
        label: fleet.label().to_owned(),
        config: variant.config.clone(),
        version: variant.version.to_string(),
        digest: variant.digest.to_string(),
        token: at.to_string(),
        sources: variant.sources.clone(),
        source_age: seen.age.as_ref().map(SourceAge::from),
        assignments: assignments(seen, reader),
    })
}

/// The change to what is seen as of a position, from a version by a patch.
pub(crate) fn change(
    seen: &Seen,
    at: Token,
    (old_version, patch): (String, Bytes),
    reader: &Reader<'_>,
) -> Option<ConfigChange> {
    let variant = seen.variant()?;
    Some(ConfigChange {
        old_version,
        new_version: variant.version.to_string(),
        patch,
        digest: variant.digest.to_string(),
        token: at.to_string(),
        sources: variant.sources.clone(),
        assignments: assignments(seen, reader),
    })
}

/// The property sources; not these again for who holds them.
pub(super) fn environment(
    request: &GetEnvironmentRequest,
    seen: &Seen,
    reader: &Reader<'_>,
) -> Option<GetEnvironmentResponse> {
    let variant = seen.variant()?;
    let held = std::iter::once(&request.if_none_match).chain(&request.also_held);
    let reply = GetEnvironmentResponse {
        token: seen.token().to_string(),
        source_age: seen.age.as_ref().map(SourceAge::from),
        etag: variant.etag.to_string(),
        assignments: assignments(seen, reader),
        ..GetEnvironmentResponse::default()
    };
    if held.into_iter().any(|held| **held == *variant.etag) {
        return Some(GetEnvironmentResponse {
            not_modified: true,
            ..reply
        });
    }
    Some(GetEnvironmentResponse {
        sources: variant.property_sources.clone(),
        version: variant.environment_version.to_string(),
        digest: variant.environment_digest.to_string(),
        ..reply
    })
}

/// The splits with the arms that they give a reader.
fn assignments(seen: &Seen, reader: &Reader<'_>) -> Vec<Assignment> {
    let assigned = seen.view().assigned_to(reader);
    assigned.map(Assignment::from).collect()
}
