//! Freezes: set, end, list.

use std::{mem, ops::Bound};

use tonic::{Request, Response};
use vortex_kit::{
    access::{Access, Asked},
    context::Context,
    error::Fault,
    grpc::{bounds, page},
};
use vortex_proto::config::v1 as pb;
use vortex_proto::config::v1::freeze_service_server::FreezeService;
use vortex_service::mutation::complete;

use super::{Grpc, Reply, access, convert, parse};
use crate::{
    domain::{
        App, Body, Command, EndFreeze, FreezeId, FreezeScope, Frozen, MAX_FROZEN_APPS, Outcome,
        Record, SetFreeze, Thawed, Until,
    },
    error::{invalid_name, write_error},
};

#[tonic::async_trait]
impl FreezeService for Grpc {
    async fn set_freeze(
        &self,
        request: Request<pb::SetFreezeRequest>,
    ) -> Reply<pb::SetFreezeResponse> {
        complete(&self.lifecycle, set(self.clone(), request)).await
    }

    async fn end_freeze(
        &self,
        request: Request<pb::EndFreezeRequest>,
    ) -> Reply<pb::EndFreezeResponse> {
        complete(&self.lifecycle, end(self.clone(), request)).await
    }

    async fn list_freezes(
        &self,
        request: Request<pb::ListFreezesRequest>,
    ) -> Reply<pb::ListFreezesResponse> {
        let access = Context::access_of(&request);
        Ok(Response::new(list(self, &access, &request.into_inner())?))
    }
}

async fn set(
    grpc: Grpc,
    request: Request<pb::SetFreezeRequest>,
) -> Result<pb::SetFreezeResponse, Fault> {
    let access = Context::access_of(&request);
    let (request, requester) = parse::mutation(request, |r| mem::take(&mut r.request_id))?;
    let until = until(request.until, request.lasts)?;
    let reason = parse::reason(request.reason)?;
    if reason.trim().is_empty() {
        return Err(Fault::invalid(
            "reason",
            "say why, for those who meet the freeze",
        ));
    }
    let scope = required_scope(request.all, &request.apps, &request.label)?;
    access::require_freeze(&access, &scope)?;
    let set = SetFreeze {
        scope,
        reason,
        author: parse::text("author", request.author)?,
        until,
    };
    let written = grpc
        .configuration
        .write(requester, Command::SetFreeze(set), Vec::new())
        .await;
    let outcome = written.map_err(|error| write_error(&error))?;
    let freeze = match record(&grpc, &outcome).await.map(|record| record.body) {
        Some(Body::FreezeSet(freeze)) => Some(convert::freeze(&freeze)),
        _ => None,
    };
    Ok(pb::SetFreezeResponse {
        freeze,
        token: convert::token(&grpc.configuration, outcome.at),
    })
}

async fn end(
    grpc: Grpc,
    request: Request<pb::EndFreezeRequest>,
) -> Result<pb::EndFreezeResponse, Fault> {
    let access = Context::access_of(&request);
    let (request, requester) = parse::mutation(request, |r| mem::take(&mut r.request_id))?;
    let which = which(&request)?;
    require_end(&grpc, &access, &which)?;
    let end = EndFreeze {
        which,
        reason: parse::reason(request.reason)?,
        author: parse::text("author", request.author)?,
    };
    let written = grpc
        .configuration
        .write(requester, Command::EndFreeze(end), Vec::new())
        .await;
    let outcome = written.map_err(|error| write_error(&error))?;
    let ids = match record(&grpc, &outcome).await.map(|record| record.body) {
        Some(Body::FreezeEnded(end)) => end.ids.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    };
    Ok(pb::EndFreezeResponse {
        ids,
        token: convert::token(&grpc.configuration, outcome.at),
    })
}

/// The record of a command that was carried out, now or when it was first asked for. None if it is
/// no longer kept, or can't be read: what it says is done all the same, and to fail would have it
/// done again.
pub(super) async fn record(grpc: &Grpc, outcome: &Outcome) -> Option<Record> {
    let read = grpc.configuration.store().record_at(outcome.at).await;
    read.unwrap_or_else(|error| {
        tracing::warn!(at = %outcome.at, %error, "what was written can't be read back");
        None
    })
}

/// Fails unless the caller may end these freezes. That there is none, the command says.
fn require_end(grpc: &Grpc, access: &Access, which: &Thawed) -> Result<(), Fault> {
    match which {
        Thawed::Of(scope) => access::require_freeze(access, scope),
        Thawed::One(id) => match grpc.configuration.state().freezes.get(id) {
            Some(freeze) => access::require_freeze(access, &freeze.scope),
            None => access.require(Asked::Filtered),
        },
    }
}

fn list(
    grpc: &Grpc,
    access: &Access,
    request: &pb::ListFreezesRequest,
) -> Result<pb::ListFreezesResponse, Fault> {
    let size = page::size(request.page_size)?;
    let after = page::after::<1>(&request.page_token)?;
    let after = after.map(|[id]| id.parse::<FreezeId>().map_err(|_| page_token()));
    let start = match after.transpose()? {
        Some(id) => Bound::Excluded(id),
        None => Bound::Unbounded,
    };
    let app = match request.app.as_str() {
        "" => None,
        app => Some(app.parse::<App>().map_err(|error| invalid_name(&error))?),
    };
    let state = grpc.configuration.state();
    let label = super::documents::listed_label(grpc, &state, &request.label)?;
    let now = grpc.configuration.now();
    let all = access.allows_everything();
    let found = state
        .freezes
        .range::<_, FreezeId>((start, Bound::Unbounded));
    let found = found.map(|(_, freeze)| freeze).filter(|freeze| {
        !freeze.is_over(now)
            && (all || access::sees_freeze(access, &freeze.scope))
            && app
                .as_ref()
                .is_none_or(|app| freeze.scope.is_of(app.as_str()))
            && label.is_none_or(|label| freeze.scope.is_on(label))
    });
    let (page, next_page_token) =
        page::first(found, size, |freeze| page::token(&[&freeze.id.to_string()]));
    Ok(pb::ListFreezesResponse {
        freezes: page
            .into_iter()
            .map(|freeze| convert::freeze(freeze))
            .collect(),
        next_page_token,
        token: convert::token(&grpc.configuration, state.head),
    })
}

fn page_token() -> Fault {
    Fault::invalid("page_token", "it is not one that this list gave")
}

fn until(
    at: Option<prost_types::Timestamp>,
    lasts: Option<prost_types::Duration>,
) -> Result<Until, Fault> {
    match (at, lasts) {
        (None, None) => Ok(Until::Ended),
        (Some(at), None) => vortex_service::parse::timestamp("until", at).map(Until::At),
        (None, Some(lasts)) => vortex_service::parse::duration("lasts", lasts).map(Until::After),
        (Some(_), Some(_)) => Err(Fault::invalid(
            "lasts",
            "it can't be given together with until",
        )),
    }
}

fn which(request: &pb::EndFreezeRequest) -> Result<Thawed, Fault> {
    let scope = scope(request.all, &request.apps, &request.label)?;
    match (request.id.as_str(), scope) {
        ("", Some(scope)) => Ok(Thawed::Of(scope)),
        ("", None) => Err(Fault::invalid("id", "an id, all, or apps are needed")),
        (id, None) if request.label.is_empty() => {
            let id = id.parse::<FreezeId>();
            id.map(Thawed::One)
                .map_err(|error| Fault::invalid("id", error.to_string()))
        }
        _ => Err(Fault::invalid(
            "id",
            "it can't be given together with all, apps or a label",
        )),
    }
}

fn required_scope(all: bool, apps: &[String], label: &str) -> Result<FreezeScope, Fault> {
    let scope = scope(all, apps, label)?;
    scope.ok_or_else(|| Fault::invalid("apps", "either all or at least one application is needed"))
}

fn scope(all: bool, apps: &[String], label: &str) -> Result<Option<FreezeScope>, Fault> {
    bounds::items("apps", apps.len(), MAX_FROZEN_APPS)?;
    let apps = match (all, apps) {
        (true, []) => Frozen::All,
        (true, [_, ..]) => {
            return Err(Fault::invalid(
                "apps",
                "they can't be given together with all",
            ));
        }
        (false, []) => return Ok(None),
        (false, apps) => Frozen::Apps(parsed(apps)?.into()),
    };
    let label = match label {
        "" => None,
        label => Some(parse::label(label)?),
    };
    Ok(Some(FreezeScope { apps, label }))
}

/// The applications, ordered and each once.
fn parsed(apps: &[String]) -> Result<Vec<App>, Fault> {
    let apps = apps.iter().map(|app| app.parse::<App>());
    let mut apps = apps
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| invalid_name(&error))?;
    apps.sort_unstable();
    apps.dedup();
    Ok(apps)
}
