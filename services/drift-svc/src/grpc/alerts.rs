//! Alerts and silences.

use std::time::Duration;

use vortex_kit::{
    access::{Access, Asked},
    error::Fault,
    grpc::page,
};
use vortex_proto::drift::v1 as pb;
use vortex_service::parse::{MAX_REASON, duration, reason, text};

use super::{Grpc, access, convert, parse};
use crate::{
    domain::{AlertId, Silence},
    error::Error,
};

/// The longest silence: 30 days.
const LONGEST: Duration = Duration::from_secs(30 * 24 * 3_600);
/// The longest name of an author in bytes.
const AUTHOR: usize = 256;

pub(super) fn list(
    grpc: &Grpc,
    access: &Access,
    request: &pb::ListAlertsRequest,
) -> Result<pb::ListAlertsResponse, Fault> {
    let before = page::after::<1>(&request.page_token)?;
    let before = before.map(|[id]| id.parse::<AlertId>()).transpose();
    let before = before.map_err(|_| page::invalid())?;
    let size = page::size(request.page_size)?;
    let all = access.allows_everything();
    let book = grpc.alerts.book();
    let wanted = book.before(before.as_ref()).filter(|alert| {
        (!request.firing || alert.is_firing())
            && (request.app.is_empty() || alert.fleet.app() == request.app)
            && (all || access::sees(access, &alert.fleet))
    });
    let (found, next) = page::first(wanted, size, |alert| page::token(&[alert.id.as_str()]));
    Ok(pb::ListAlertsResponse {
        alerts: found.into_iter().map(convert::alert).collect(),
        next_page_token: next,
    })
}

pub(super) async fn acknowledge(
    grpc: Grpc,
    access: Access,
    caller: String,
    request: pb::AcknowledgeAlertRequest,
) -> Result<pb::AcknowledgeAlertResponse, Fault> {
    let id: AlertId = request
        .id
        .parse()
        .map_err(|error| Fault::invalid("id", format!("{error}")))?;
    let fleet = grpc.alerts.book().get(&id).map(|alert| alert.fleet.clone());
    let Some(fleet) = fleet else {
        access.require(Asked::Filtered)?;
        return Err(Error::AlertNotFound(id).into());
    };
    access::require(&access, &fleet)?;
    let author = author(request.author, caller)?;
    let comment = text("comment", request.comment, MAX_REASON)?;
    let alert = grpc.alerts.acknowledge(&id, author, comment).await?;
    Ok(pb::AcknowledgeAlertResponse {
        alert: Some(convert::alert(&alert)),
    })
}

pub(super) async fn silence(
    grpc: Grpc,
    caller: String,
    request: pb::SilenceFleetRequest,
) -> Result<pb::SilenceFleetResponse, Fault> {
    let fleet = parse::fleet_name(request.fleet.as_ref())?;
    let given = request.duration.map(|given| duration("duration", given));
    let span = given.transpose()?.unwrap_or_default();
    let (author, reason) = (author(request.author, caller)?, reason(request.reason)?);
    if span > LONGEST {
        return Err(Fault::invalid("duration", "it is longer than 30 days"));
    }
    if span.is_zero() {
        grpc.alerts.end_silence(&fleet).await?;
        return Ok(pb::SilenceFleetResponse { silence: None });
    }
    let now = grpc.registry.time().wall();
    let silence = Silence {
        fleet,
        until: now.saturating_add(span).unwrap_or(now),
        author,
        reason,
    };
    grpc.alerts.silence(silence.clone()).await?;
    Ok(pb::SilenceFleetResponse {
        silence: Some(convert::silence(&silence)),
    })
}

fn author(given: String, caller: String) -> Result<String, Fault> {
    match given.is_empty() {
        true => Ok(caller),
        false => text("author", given, AUTHOR),
    }
}
