//! Overrides: set, remove, get, list.

use std::{mem, ops::Bound, str};

use tonic::{Request, Response};
use vortex_kit::{access::Access, context::Context, error::Fault, grpc::page};
use vortex_proto::config::v1 as pb;
use vortex_proto::config::v1::override_service_server::OverrideService;
use vortex_service::mutation::complete;

use super::{Grpc, Reply, access, convert, freezes::record, parse};
use crate::{
    domain::{
        App, AppProfile, Body, Command, Expires, InvalidValues, Label, OverrideTarget,
        OverrideValues, Profile, Refused, RemoveOverride, SetOverride,
    },
    error::{invalid_name, invalid_values, refused, write_error},
};

/// Bytes of the values of a page at most, so that it fits in a message.
const LISTED_BYTES: usize = 1 << 20;
/// Bytes of given values that are looked at at most.
const GIVEN_BYTES: usize = 64 << 10;

#[tonic::async_trait]
impl OverrideService for Grpc {
    async fn set_override(
        &self,
        request: Request<pb::SetOverrideRequest>,
    ) -> Reply<pb::SetOverrideResponse> {
        complete(&self.lifecycle, set(self.clone(), request)).await
    }

    async fn remove_override(
        &self,
        request: Request<pb::RemoveOverrideRequest>,
    ) -> Reply<pb::RemoveOverrideResponse> {
        complete(&self.lifecycle, remove(self.clone(), request)).await
    }

    async fn get_override(
        &self,
        request: Request<pb::GetOverrideRequest>,
    ) -> Reply<pb::GetOverrideResponse> {
        Ok(Response::new(get(self, request.into_inner())?))
    }

    async fn list_overrides(
        &self,
        request: Request<pb::ListOverridesRequest>,
    ) -> Reply<pb::ListOverridesResponse> {
        let access = Context::access_of(&request);
        Ok(Response::new(list(self, &access, &request.into_inner())?))
    }
}

async fn set(
    grpc: Grpc,
    request: Request<pb::SetOverrideRequest>,
) -> Result<pb::SetOverrideResponse, Fault> {
    let (request, requester) = parse::mutation(request, |r| mem::take(&mut r.request_id))?;
    let set = SetOverride {
        target: target(request.target)?,
        values: values(&request.values)?,
        reason: parse::reason(request.reason)?,
        author: parse::text("author", request.author)?,
        expires: expires(request.expires, request.lasts)?,
    };
    let written = grpc
        .configuration
        .write(requester, Command::SetOverride(set), Vec::new())
        .await;
    let outcome = written.map_err(|error| write_error(&error))?;
    let set = match record(&grpc, &outcome).await.map(|record| record.body) {
        Some(Body::OverrideSet(set)) => Some(convert::of_override(&set)),
        _ => None,
    };
    Ok(pb::SetOverrideResponse {
        r#override: set,
        token: convert::token(&grpc.configuration, outcome.at),
    })
}

async fn remove(
    grpc: Grpc,
    request: Request<pb::RemoveOverrideRequest>,
) -> Result<pb::RemoveOverrideResponse, Fault> {
    let (request, requester) = parse::mutation(request, |r| mem::take(&mut r.request_id))?;
    let removal = RemoveOverride {
        target: target(request.target)?,
        reason: parse::reason(request.reason)?,
        author: parse::text("author", request.author)?,
    };
    let written = grpc
        .configuration
        .write(requester, Command::RemoveOverride(removal), Vec::new())
        .await;
    let outcome = written.map_err(|error| write_error(&error))?;
    let id = match record(&grpc, &outcome).await.map(|record| record.body) {
        Some(Body::OverrideEnded(end)) => end.which.first().map(|(id, _)| id.to_string()),
        _ => None,
    };
    Ok(pb::RemoveOverrideResponse {
        id: id.unwrap_or_default(),
        token: convert::token(&grpc.configuration, outcome.at),
    })
}

fn get(grpc: &Grpc, request: pb::GetOverrideRequest) -> Result<pb::GetOverrideResponse, Fault> {
    let target = target(request.target)?;
    let state = grpc.configuration.state();
    let Some(set) = state.override_of(&target) else {
        return Err(refused(&Refused::OverrideNotFound(target)));
    };
    Ok(pb::GetOverrideResponse {
        r#override: Some(convert::of_override(set)),
        token: convert::token(&grpc.configuration, state.head),
    })
}

fn list(
    grpc: &Grpc,
    access: &Access,
    request: &pb::ListOverridesRequest,
) -> Result<pb::ListOverridesResponse, Fault> {
    let size = page::size(request.page_size)?;
    let after = page::after::<3>(&request.page_token)?.map(listed_before);
    let start = after.map_or(Bound::Unbounded, Bound::Excluded);
    let app = match request.app.as_str() {
        "" => None,
        app => Some(app.parse::<App>().map_err(|error| invalid_name(&error))?),
    };
    let state = grpc.configuration.state();
    let label = super::documents::listed_label(grpc, &state, &request.label)?;
    let found = state
        .overrides
        .range::<_, OverrideTarget>((start, Bound::Unbounded));
    let all = access.allows_everything();
    let found = found.filter(|(target, _)| {
        (all || access::sees_override(access, &target.label, &target.of))
            && app.as_ref().is_none_or(|app| target.of.app == *app)
            && label.is_none_or(|label| target.label == *label)
    });
    let mut room = LISTED_BYTES;
    let fitting = found.clone().take(size).take_while(|(_, set)| {
        let left = room.checked_sub(set.values.as_json().len());
        room = left.unwrap_or_default();
        left.is_some()
    });
    let size = fitting.count();
    let (page, next_page_token) = page::first(found, size, |(target, _)| {
        let AppProfile { app, profile } = &target.of;
        page::token(&[target.label.as_str(), app.as_str(), profile.as_str()])
    });
    let page = page.into_iter().map(|(_, set)| convert::of_override(set));
    Ok(pb::ListOverridesResponse {
        overrides: page.collect(),
        next_page_token,
        token: convert::token(&grpc.configuration, state.head),
    })
}

/// Where the page before ended.
fn listed_before([label, app, profile]: [String; 3]) -> OverrideTarget {
    OverrideTarget {
        label: Label::trusted(&label),
        of: AppProfile {
            app: App::trusted(&app),
            profile: Profile::trusted(&profile),
        },
    }
}

fn target(given: Option<pb::DocumentRef>) -> Result<OverrideTarget, Fault> {
    let document = parse::document(given)?;
    Ok(OverrideTarget {
        label: document.label,
        of: document.written_for,
    })
}

fn values(given: &[u8]) -> Result<OverrideValues, Fault> {
    if given.len() > GIVEN_BYTES {
        return Err(invalid_values(&InvalidValues::TooLong(given.len())));
    }
    let text = str::from_utf8(given).map_err(|_| invalid_values(&InvalidValues::NotAnObject))?;
    text.parse::<OverrideValues>()
        .map_err(|error| invalid_values(&error))
}

fn expires(
    at: Option<prost_types::Timestamp>,
    lasts: Option<prost_types::Duration>,
) -> Result<Expires, Fault> {
    match (at, lasts) {
        (Some(at), None) => vortex_service::parse::timestamp("expires", at).map(Expires::At),
        (None, Some(lasts)) => vortex_service::parse::duration("lasts", lasts).map(Expires::After),
        (None, None) => Err(Fault::invalid(
            "expires",
            "say when it ends by itself, 30 days from now at most",
        )),
        (Some(_), Some(_)) => Err(Fault::invalid(
            "lasts",
            "it can't be given together with expires",
        )),
    }
}
