//! Instances, one by one.

use vortex_kit::{access::Access, error::Fault, grpc::page};
use vortex_proto::drift::v1 as pb;

use super::{Grpc, access, convert, parse};
use crate::{
    domain::{Filter, FleetName},
    error::Error,
};

/// The most fleets that a page looks through for matching instances before it is answered, perhaps
/// with fewer than it has room for.
const FLEETS: usize = 1_000;

pub(super) fn get(
    grpc: &Grpc,
    request: pb::GetInstanceRequest,
) -> Result<pb::GetInstanceResponse, Fault> {
    let name = parse::fleet_name(request.fleet.as_ref())?;
    let tracked = grpc.registry.fleet(&name);
    let member = tracked.and_then(|tracked| tracked.kept().roster.member(&request.instance_id));
    let member = member.ok_or(Error::InstanceNotFound {
        fleet: name.clone(),
        id: request.instance_id,
    })?;
    Ok(pb::GetInstanceResponse {
        instance: Some(convert::instance(&name, member, grpc.registry.time())),
    })
}

pub(super) async fn list(
    grpc: &Grpc,
    access: &Access,
    request: pb::ListInstancesRequest,
) -> Result<pb::ListInstancesResponse, Fault> {
    let states = request.states.iter().enumerate();
    let states = states.map(|(index, state)| parse::state(index, *state));
    let filter = Filter {
        states: states.collect::<Result<_, _>>()?,
        version: request.version,
    };
    let mut listing = Listing {
        grpc,
        access,
        all: access.allows_everything(),
        filter,
        size: page::size(request.page_size)?,
        instances: Vec::new(),
    };
    let after = parse::instance_before(&request.page_token)?;
    let next = match request.fleet.as_ref() {
        Some(fleet) => {
            let name = parse::fleet_name(Some(fleet))?;
            let after = after.filter(|(fleet, _)| *fleet == name).map(|(_, id)| id);
            listing.add(&name, after.as_deref()).await
        }
        None => listing.add_all(after).await,
    };
    Ok(pb::ListInstancesResponse {
        instances: listing.instances,
        next_page_token: next.unwrap_or_default(),
    })
}

/// A page in the making.
struct Listing<'a> {
    grpc: &'a Grpc,
    access: &'a Access,
    all: bool,
    filter: Filter,
    size: usize,
    instances: Vec<pb::Instance>,
}

impl Listing<'_> {
    /// Adds the instances of all fleets from an instance on, and answers the token of the next page.
    async fn add_all(&mut self, after: Option<(FleetName, String)>) -> Option<String> {
        let registry = &self.grpc.registry;
        let mut last = None;
        if let Some((fleet, id)) = after {
            if let Some(next) = self.add(&fleet, Some(&id)).await {
                return Some(next);
            }
            last = Some(fleet);
        }
        for _ in 0..FLEETS {
            let tracked = registry.fleet_after(last.as_ref())?;
            if let Some(next) = self.add(&tracked.name, None).await {
                return Some(next);
            }
            last = Some(tracked.name.clone());
        }
        let last = last?;
        registry.fleet_after(Some(&last))?;
        // no id is after this one
        Some(parse::after_instance(
            &last,
            &char::MAX.to_string().repeat(64),
        ))
    }

    /// Adds a fleet's instances after an id, and answers the token of the next page if the page is
    /// full before their end.
    async fn add(&mut self, name: &FleetName, after: Option<&str>) -> Option<String> {
        let tracked = self.grpc.registry.fleet(name)?;
        if !self.all && !access::sees(self.access, name) {
            return None;
        }
        let registry = &self.grpc.registry;
        let room = self.size - self.instances.len();
        let page = registry.page(&tracked, &self.filter, after, room).await;
        let time = registry.time();
        let shown = page.members.into_iter();
        self.instances
            .extend(shown.map(|member| convert::instance(name, member, time)));
        page.more_after.map(|id| parse::after_instance(name, &id))
    }
}
