//! How fleets stand.

use std::iter::successors;

use vortex_kit::{access::Access, error::Fault, grpc::page};
use vortex_proto::drift::v1 as pb;

use super::{Grpc, access, convert, parse};
use crate::domain::{FleetName, Standing};

/// The most versions that are told of a fleet.
const VERSIONS: usize = 100;

pub(super) fn get(
    grpc: &Grpc,
    request: &pb::GetDriftRequest,
) -> Result<pb::GetDriftResponse, Fault> {
    let name = parse::fleet_name(request.fleet.as_ref())?;
    let known = grpc.registry.fleet(&name);
    let standing = match known {
        Some(tracked) => tracked.kept().roster.standing(VERSIONS),
        None => Standing::default(),
    };
    Ok(pb::GetDriftResponse {
        drift: Some(shown(grpc, &name, &standing)),
    })
}

fn shown(grpc: &Grpc, name: &FleetName, standing: &Standing) -> pb::FleetDrift {
    convert::drift(name, standing, &grpc.alerts.book(), grpc.registry.time())
}

pub(super) fn list(
    grpc: &Grpc,
    access: &Access,
    request: &pb::ListDriftRequest,
) -> Result<pb::ListDriftResponse, Fault> {
    let after = parse::fleet_before(&request.page_token)?;
    let size = page::size(request.page_size)?;
    let all = access.allows_everything();
    let alerting = request.alerting.then(|| grpc.alerts.book().alerting());
    let first = grpc.registry.fleet_after(after.as_ref());
    let fleets = successors(first, |last| grpc.registry.fleet_after(Some(&last.name)));
    let wanted = fleets.filter(|tracked| {
        let name = &tracked.name;
        (request.app.is_empty() || name.app() == request.app)
            && alerting
                .as_ref()
                .is_none_or(|alerting| alerting.contains(name))
            && (all || access::sees(access, name))
    });
    let standing = wanted.map(|tracked| {
        let standing = tracked.kept().roster.standing(0);
        (tracked, standing)
    });
    let heard = standing.filter(|(_, standing)| standing.total > 0);
    let (found, next) = page::first(heard, size, |(tracked, _)| {
        parse::after_fleet(&tracked.name)
    });
    let fleets = found
        .iter()
        .map(|(tracked, standing)| shown(grpc, &tracked.name, standing));
    Ok(pb::ListDriftResponse {
        fleets: fleets.collect(),
        next_page_token: next,
    })
}
