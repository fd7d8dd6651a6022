//! What each service tells of what happened, as pages that can be merged.

use std::time::Duration;

use tonic::{Response, Status};
use vortex_kit::error::{Fault, Reason};
use vortex_proto::{
    access::v1::{ListDenialsRequest, ListDenialsResponse},
    config::v1::{ListEventsRequest, ListEventsResponse},
    rollout::v1::{ListTransitionsRequest, ListTransitionsResponse},
};
use vortex_rest::{AuditEntry, TimelineEntry, TimelineKind};

use super::merge::{Cursor, Item, Part};
use crate::{
    clients::{AuditClient, ConfigClient, RolloutClient},
    problem::Problem,
};

/// How long rollout-svc may take; what config-svc says is answered without it.
const PATIENCE: Duration = Duration::from_secs(3);

/// What is asked of each service.
#[derive(Default)]
pub(in crate::api) struct Asked {
    pub(in crate::api) since: Option<prost_types::Timestamp>,
    pub(in crate::api) until: Option<prost_types::Timestamp>,
    pub(in crate::api) app: String,
    pub(in crate::api) profile: String,
    pub(in crate::api) label: String,
    /// The author or the caller.
    pub(in crate::api) author: String,
}

/// What is in the log, and what rollouts did; nothing for these when rollout-svc does not answer.
pub(in crate::api) async fn deeds(
    config: ConfigClient,
    rollouts: RolloutClient,
    asked: &Asked,
    size: usize,
    [of_config, of_rollouts]: [&Cursor; 2],
) -> Result<(Part<TimelineEntry>, Option<Part<TimelineEntry>>), Problem> {
    let (events, transitions) = tokio::join!(
        events(config, asked, size, of_config),
        transitions(rollouts, asked, size, of_rollouts),
    );
    let (mut events, transitions) = (events?, transitions?);
    if transitions.is_some() {
        // a rollout's own audit tells these better
        events
            .items
            .retain(|item| item.entry.kind != TimelineKind::Split);
    }
    Ok((events, transitions))
}

/// What is in the log.
async fn events(
    mut config: ConfigClient,
    asked: &Asked,
    size: usize,
    cursor: &Cursor,
) -> Result<Part<TimelineEntry>, Problem> {
    if cursor.is_end() {
        return Ok(Part::default());
    }
    let request = ListEventsRequest {
        since: asked.since,
        until: asked.until,
        label: asked.label.clone(),
        app: asked.app.clone(),
        profile: asked.profile.clone(),
        author: asked.author.clone(),
        page_size: size as u32,
        page_token: cursor.to_token(),
    };
    let reply = config.list_events(request).await?.into_inner();
    Ok(of_events(reply))
}

fn of_events(reply: ListEventsResponse) -> Part<TimelineEntry> {
    let items = reply.events.into_iter().map(|event| {
        let record = event.record.as_ref();
        let wall = record.and_then(|record| record.time.as_ref()?.wall);
        Item {
            at: wall.unwrap_or_default().into(),
            token: event.page_token.clone(),
            entry: event.into(),
        }
    });
    Part {
        items: items.collect(),
        next: reply.next_page_token,
        reached: reply.reached.map(Into::into),
    }
}

/// What rollouts did; nothing when rollout-svc does not answer.
async fn transitions(
    mut rollouts: RolloutClient,
    asked: &Asked,
    size: usize,
    cursor: &Cursor,
) -> Result<Option<Part<TimelineEntry>>, Problem> {
    if cursor.is_end() {
        return Ok(Some(Part::default()));
    }
    let request = ListTransitionsRequest {
        since: asked.since,
        until: asked.until,
        app: asked.app.clone(),
        profile: asked.profile.clone(),
        label: asked.label.clone(),
        author: asked.author.clone(),
        page_size: size as u32,
        page_token: cursor.to_token(),
    };
    let reply = tokio::time::timeout(PATIENCE, rollouts.list_transitions(request)).await;
    match reply {
        Ok(reply) => answered(reply),
        Err(_) => Ok(None),
    }
}

/// The reply, or the problem if it is the caller's.
fn answered(
    reply: Result<Response<ListTransitionsResponse>, Status>,
) -> Result<Option<Part<TimelineEntry>>, Problem> {
    match reply {
        Ok(reply) => Ok(Some(of_transitions(reply.into_inner()))),
        Err(status) => {
            let fault = Fault::from_status(&status);
            // an older rollout-svc has no such call
            let is_ours = fault.reason() == Reason::MethodUnknown;
            match fault.reason().http_status().is_client_error() && !is_ours {
                true => Err(fault.into()),
                false => Ok(None),
            }
        }
    }
}

fn of_transitions(reply: ListTransitionsResponse) -> Part<TimelineEntry> {
    let items = reply.transitions.into_iter().map(|transition| {
        let time = transition.entry.as_ref().and_then(|entry| entry.time);
        Item {
            at: time.unwrap_or_default().into(),
            token: transition.page_token.clone(),
            entry: transition.into(),
        }
    });
    Part {
        items: items.collect(),
        next: reply.next_page_token,
        reached: reply.reached.map(Into::into),
    }
}

/// What was refused.
pub(in crate::api) async fn denials(
    mut audit: AuditClient,
    asked: &Asked,
    size: usize,
    cursor: &Cursor,
) -> Result<Part<AuditEntry>, Problem> {
    if cursor.is_end() {
        return Ok(Part::default());
    }
    let request = ListDenialsRequest {
        since: asked.since,
        until: asked.until,
        principal: asked.author.clone(),
        app: asked.app.clone(),
        page_size: size as u32,
        page_token: cursor.to_token(),
    };
    let reply = audit.list_denials(request).await?.into_inner();
    Ok(of_denials(reply))
}

fn of_denials(reply: ListDenialsResponse) -> Part<AuditEntry> {
    let items = reply.denials.into_iter().map(|listed| {
        let denial = listed.denial.unwrap_or_default();
        Item {
            at: denial.first_at.unwrap_or_default().into(),
            token: listed.page_token,
            entry: denial.into(),
        }
    });
    Part {
        items: items.collect(),
        next: reply.next_page_token,
        reached: reply.reached.map(Into::into),
    }
}
