//! Who owns what: set, list.

use std::mem;

use tonic::{Request, Response};
use vortex_kit::{
    access::{Access, Asked},
    context::Context,
    error::Fault,
    grpc::page,
};
use vortex_pattern::Pattern;
use vortex_proto::config::v1 as pb;
use vortex_proto::config::v1::ownership_service_server::OwnershipService;
use vortex_service::mutation::complete;

use super::{Grpc, Reply, convert, parse};
use crate::{
    domain::{ClusterId, Command, Place, SetOwnership},
    error::{invalid_name, write_error},
};

#[tonic::async_trait]
impl OwnershipService for Grpc {
    async fn set_ownership(
        &self,
        request: Request<pb::SetOwnershipRequest>,
    ) -> Reply<pb::SetOwnershipResponse> {
        complete(&self.lifecycle, set(self.clone(), request)).await
    }

    async fn list_ownership(
        &self,
        request: Request<pb::ListOwnershipRequest>,
    ) -> Reply<pb::ListOwnershipResponse> {
        let access = Context::access_of(&request);
        Ok(Response::new(list(self, &access, &request.into_inner())?))
    }
}

async fn set(
    grpc: Grpc,
    request: Request<pb::SetOwnershipRequest>,
) -> Result<pb::SetOwnershipResponse, Fault> {
    let (request, requester) = parse::mutation(request, |r| mem::take(&mut r.request_id))?;
    let pattern = pattern(&request.pattern)?;
    let place = Place::of(&pattern).map_err(|why| Fault::invalid("pattern", why.to_string()))?;
    let owner: ClusterId = request
        .owner
        .parse()
        .map_err(|error| invalid_name(&error))?;
    if request.force && request.expect_epoch.is_none() {
        return Err(Fault::invalid(
            "expect_epoch",
            "with force it is needed: the epoch that ListOwnership tells",
        ));
    }
    let set = SetOwnership {
        pattern,
        owner,
        expect_epoch: request.expect_epoch,
        force: request.force,
    };
    let written = grpc
        .configuration
        .write(requester, Command::SetOwnership(set), Vec::new())
        .await;
    let outcome = written.map_err(|error| write_error(&error))?;
    let state = grpc.configuration.state();
    let owned = state.ownership.get(&place);
    Ok(pb::SetOwnershipResponse {
        ownership: owned.map(|owned| convert::ownership::of(owned)),
        token: convert::token(&grpc.configuration, outcome.at),
    })
}

fn list(
    grpc: &Grpc,
    access: &Access,
    request: &pb::ListOwnershipRequest,
) -> Result<pb::ListOwnershipResponse, Fault> {
    access.require(Asked::Filtered)?;
    let size = page::size(request.page_size)?;
    let after = page::after::<1>(&request.page_token)?;
    let after = after.map(|[given]| {
        let place = pattern(&given).map(|pattern| Place::of(&pattern));
        match place {
            Ok(Ok(place)) => Ok(place),
            _ => Err(Fault::invalid(
                "page_token",
                "it is not one that this list gave",
            )),
        }
    });
    let after = after.transpose()?;
    let state = grpc.configuration.state();
    let owned = state.ownership.iter();
    let owned = owned.filter(|owned| after.as_ref().is_none_or(|after| owned.place > *after));
    let (page, next_page_token) = page::first(owned, size, |owned| {
        page::token(&[&owned.pattern.to_string()])
    });
    Ok(pb::ListOwnershipResponse {
        ownership: page
            .into_iter()
            .map(|owned| convert::ownership::of(owned))
            .collect(),
        next_page_token,
        token: convert::token(&grpc.configuration, state.head),
        cluster: grpc.configuration.cluster().to_string(),
    })
}

fn pattern(given: &str) -> Result<Pattern, Fault> {
    given
        .parse::<Pattern>()
        .map_err(|error| Fault::invalid("pattern", error.to_string()))
}
