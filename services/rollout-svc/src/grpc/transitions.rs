//! Lists what happened to all rollouts.

use jiff::Timestamp;
use vortex_kit::{access::Access, error::Fault, grpc::page};
use vortex_proto::{
    rollout::v1 as pb,
    time::{from_timestamp, timestamp},
};
use vortex_service::parse::text;

use super::{Grpc, access, convert, parse};
use crate::{
    domain::{Rollout, StateKind},
    engine::{Place, Transition, Wanted},
    error::fault,
};

/// The most paths of a rollout that a transition names.
const LISTED_PATHS: usize = 100;
/// The most bytes of a name that is filtered by.
const MAX_NAME: usize = 4096;

pub(super) async fn list(
    grpc: &Grpc,
    access: &Access,
    request: pb::ListTransitionsRequest,
) -> Result<pb::ListTransitionsResponse, Fault> {
    let size = page::size(request.page_size)?;
    let before = place(&request.page_token)?;
    let wanted = wanted(request)?;
    let all = access.allows_everything();
    let seen = |rollout: &Rollout| all || access::sees(access, rollout);
    let listed = grpc
        .rollouts
        .transitions(&wanted, seen, size, before.as_ref());
    let listed = listed.await.map_err(|error| fault(&error))?;
    Ok(pb::ListTransitionsResponse {
        reached: listed.next.as_ref().map(|next| timestamp(next.at)),
        next_page_token: listed.next.as_ref().map_or(String::new(), token),
        transitions: listed.items.iter().map(transition).collect(),
    })
}

fn wanted(request: pb::ListTransitionsRequest) -> Result<Wanted, Fault> {
    let named = |field, given: String| {
        let given = text(field, given, MAX_NAME)?;
        Ok::<_, Fault>(Some(given).filter(|given| !given.is_empty()))
    };
    Ok(Wanted {
        since: time("since", request.since)?,
        until: time("until", request.until)?,
        app: named("app", request.app)?,
        profile: named("profile", request.profile)?,
        label: named("label", request.label)?,
        author: named("author", request.author)?,
    })
}

fn time(
    field: &'static str,
    given: Option<prost_types::Timestamp>,
) -> Result<Option<Timestamp>, Fault> {
    let Some(given) = given else { return Ok(None) };
    let time = from_timestamp(given);
    time.map(Some)
        .ok_or_else(|| Fault::invalid(field, "it is out of range"))
}

fn token(place: &Place) -> String {
    let (at, number) = (place.at.as_nanosecond(), place.number);
    page::token(&[&at.to_string(), place.id.as_str(), &number.to_string()])
}

fn place(token: &str) -> Result<Option<Place>, Fault> {
    let Some([at, id, number]) = page::after::<3>(token)? else {
        return Ok(None);
    };
    let at = at
        .parse()
        .ok()
        .and_then(|at| Timestamp::from_nanosecond(at).ok());
    Ok(Some(Place {
        at: at.ok_or_else(page::invalid)?,
        id: parse::id(&id).map_err(|_| page::invalid())?,
        number: number.parse().map_err(|_| page::invalid())?,
    }))
}

fn transition(transition: &Transition) -> pb::Transition {
    let rollout = &transition.rollout;
    let spec = &rollout.spec;
    pb::Transition {
        rollout: spec.id.to_string(),
        label: spec.label.clone(),
        change: spec.change.clone(),
        paths: spec.paths.iter().take(LISTED_PATHS).cloned().collect(),
        path_count: spec.paths.len() as u32,
        from_version: spec.from_version.clone(),
        can_roll_back: matches!(rollout.kind(), StateKind::Running | StateKind::Paused),
        entry: Some(convert::audit_entry(&transition.entry)),
        page_token: token(&transition.place()),
        stage_count: spec.stages.count(),
    }
}
