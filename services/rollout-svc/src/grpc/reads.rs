//! Reads rollouts, their audit and their analysis.

use vortex_kit::{access::Access, error::Fault, grpc::page};
use vortex_proto::rollout::v1 as pb;

use super::{Grpc, access, convert, parse};
use crate::{
    domain::{Filter, Rollout},
    engine::PageAfter,
    error::fault,
};

pub(super) async fn get(
    grpc: &Grpc,
    access: &Access,
    request: &pb::GetRolloutRequest,
) -> Result<pb::GetRolloutResponse, Fault> {
    let id = access::seen(grpc, access, &request.id)?;
    let keys = grpc
        .rollouts
        .keys(&id)
        .await
        .map_err(|error| fault(&error))?;
    let found = grpc.rollouts.get(&id).map_err(|error| fault(&error))?;
    let forced = &found.spec.forced;
    Ok(pb::GetRolloutResponse {
        rollout: Some(pb::Rollout {
            keys: keys.map(convert::keys),
            include: forced.include().map(str::to_owned).collect(),
            exclude: forced.exclude().map(str::to_owned).collect(),
            queries: convert::queries(&found.spec.gates),
            webhooks: convert::webhooks(&found.spec.gates),
            ..grpc.shown(&found)
        }),
    })
}

pub(super) fn list(
    grpc: &Grpc,
    access: &Access,
    request: pb::ListRolloutsRequest,
) -> Result<pb::ListRolloutsResponse, Fault> {
    let after = page::after::<1>(&request.page_token)?;
    let after = after.map(|[id]| parse::id(&id)).transpose();
    let page = PageAfter {
        size: page::size(request.page_size)?,
        after: after.map_err(|_| page::invalid())?,
    };
    let filter = filter(request)?;
    let all = access.allows_everything();
    let wanted =
        |rollout: &Rollout| filter.takes(rollout) && (all || access::sees(access, rollout));
    let listed = grpc.rollouts.list(wanted, &page);
    let shown = listed.items.iter().map(|found| grpc.shown(found));
    let last = listed.items.last().filter(|_| listed.more);
    Ok(pb::ListRolloutsResponse {
        next_page_token: last.map_or(String::new(), |last| page::token(&[last.id().as_str()])),
        rollouts: shown.collect(),
    })
}

fn filter(request: pb::ListRolloutsRequest) -> Result<Filter, Fault> {
    let states = request.states.iter().enumerate();
    let states = states.map(|(index, state)| parse::state(index, *state));
    let states: Vec<_> = states.collect::<Result<_, _>>()?;
    let named = |given: String| Some(given).filter(|given| !given.is_empty());
    Ok(Filter {
        states: (!states.is_empty()).then(|| states.into_iter().flatten().collect()),
        app: named(request.app),
        label: named(request.label),
    })
}

pub(super) async fn audit(
    grpc: &Grpc,
    access: &Access,
    request: &pb::ListAuditRequest,
) -> Result<pb::ListAuditResponse, Fault> {
    let id = access::seen(grpc, access, &request.id)?;
    let page = PageAfter {
        size: page::size(request.page_size)?,
        after: page::after_number(&request.page_token)?,
    };
    let listed = grpc.rollouts.audit(&id, &page).await;
    let listed = listed.map_err(|error| fault(&error))?;
    let last = listed.items.last().filter(|_| listed.more);
    Ok(pb::ListAuditResponse {
        next_page_token: last.map_or(String::new(), |last| {
            page::token(&[&last.number.to_string()])
        }),
        entries: listed.items.iter().map(convert::audit_entry).collect(),
    })
}

pub(super) async fn analysis(
    grpc: &Grpc,
    access: &Access,
    request: &pb::GetAnalysisRequest,
) -> Result<pb::GetAnalysisResponse, Fault> {
    let id = access::seen(grpc, access, &request.id)?;
    let found = grpc.rollouts.analysis(&id).await;
    let found = found.map_err(|error| fault(&error))?;
    Ok(pb::GetAnalysisResponse {
        analysis: Some(convert::analysis(&found)),
    })
}
