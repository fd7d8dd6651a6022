//! What a caller may do with a rollout, which its requests name by an id.

use vortex_kit::{
    access::{Access, Asked},
    error::Fault,
};
use vortex_service::Named;

use super::{Grpc, parse};
use crate::{
    domain::{Report, Rollout, RolloutId, analysis::Application},
    error::fault,
};

/// The documents of a rollout.
fn documents(rollout: &Rollout) -> impl Iterator<Item = Named<'_>> {
    let spec = &*rollout.spec;
    let owners = spec.written_for.iter().map(Option::as_ref);
    let owners = owners.chain(std::iter::repeat(None));
    spec.paths.iter().zip(owners).map(|(path, owner)| Named {
        label: &spec.label,
        path,
        app: owner.map(Application::as_str),
        profile: None,
    })
}

/// Whether the caller may see a rollout: any of its documents.
pub(super) fn sees(access: &Access, rollout: &Rollout) -> bool {
    access.allows_everything() || documents(rollout).any(|named| named.is_open_to(access))
}

/// The id in a request, if the caller may command its rollout: may do so with all its documents.
pub(super) fn commanded(grpc: &Grpc, access: &Access, id: &str) -> Result<RolloutId, Fault> {
    let (id, rollout) = found(grpc, access, id)?;
    if let Some(rollout) = rollout
        && !access.allows_everything()
    {
        documents(&rollout).try_for_each(|named| named.require(access))?;
    }
    Ok(id)
}

/// The id in a request, if the caller may see its rollout or report about it.
pub(super) fn seen(grpc: &Grpc, access: &Access, id: &str) -> Result<RolloutId, Fault> {
    let (id, rollout) = found(grpc, access, id)?;
    match rollout {
        Some(rollout) if !sees(access, &rollout) => {
            let mut documents = documents(&rollout);
            // it is of some document; if it were not, nobody could say whose it is
            let first = documents.next().map(|named| named.require(access));
            first.unwrap_or_else(|| access.require(Asked::Cluster))?;
        }
        _ => {}
    }
    Ok(id)
}

/// Fails unless the caller may report about all applications that the reports are about: who sees a
/// rollout of several is not thereby heard about each of them.
pub(super) fn require_reported(
    access: &Access,
    rollout: &Rollout,
    reports: &[Report],
) -> Result<(), Fault> {
    let spec = &*rollout.spec;
    let only = match &*spec.apps {
        [only] => Some(only),
        // whose figures are meant is to be said then, or nobody knows
        _ => None,
    };
    let apps = reports.iter().map(|report| report.application.as_ref());
    let mut apps = apps.filter_map(|named| named.or(only));
    apps.try_for_each(|app| {
        let named = Named {
            label: &spec.label,
            path: "",
            app: Some(app.as_str()),
            profile: None,
        };
        named.require(access)
    })
}

/// The id in a request, and its rollout. That there is none, whoever asks for it says, perhaps with
/// an answer that is remembered.
fn found(
    grpc: &Grpc,
    access: &Access,
    id: &str,
) -> Result<(RolloutId, Option<std::sync::Arc<Rollout>>), Fault> {
    let id = parse::id(id)?;
    match grpc.rollouts.get(&id) {
        Ok(rollout) => Ok((id, Some(rollout))),
        Err(error) => {
            access.require(Asked::Filtered)?;
            match fault(&error).reason() {
                vortex_kit::error::Reason::RolloutNotFound => Ok((id, None)),
                _ => Err(fault(&error)),
            }
        }
    }
}
