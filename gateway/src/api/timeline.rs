//! `/api/timeline`: what happened, from the log and from the audits of rollouts.

mod merge;

use std::time::Duration;

use axum::{Json, extract::State};
use serde::Deserialize;
use tonic::{Response, Status};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use vortex_kit::{
    error::{Fault, Reason},
    grpc::page,
};
use vortex_proto::{
    config::v1::{ListEventsRequest, ListEventsResponse, record::Body},
    rollout::v1::{ListTransitionsRequest, ListTransitionsResponse},
};
use vortex_rest::Timeline;
use vortex_service::ServiceName;

use self::merge::{Cursor, Item, Part, merge};
use super::{state::ApiState, when::Now};
use crate::{
    clients::{ConfigClient, RolloutClient},
    extract::Query,
    problem::Problem,
};

/// How long rollout-svc may take; what config-svc says is answered without it.
const PATIENCE: Duration = Duration::from_secs(3);

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(timeline))
}

/// What is listed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Parameters {
    /// Only what happened since this time, or in the time until now: `30m`, `2h`.
    since: Option<String>,
    /// Only what happened before this time, or longer ago than this.
    until: Option<String>,
    /// Only what concerns this application, also by what all applications read.
    app: Option<String>,
    /// With `app`: only documents that it reads in this profile.
    profile: Option<String>,
    /// Only on this label.
    label: Option<String>,
    /// Only what this author or caller did.
    author: Option<String>,
    /// The maximum number of items on the page, 1 to 1,000; 100 by default.
    page_size: Option<u32>,
    /// The `next_page_token` of the page before.
    page_token: Option<String>,
}

/// List what happened
///
/// Writes, releases, deletions, imports of sources and what rollouts did, with the command that
/// undoes each. What rollouts did is missing while rollout-svc is away, which `incomplete` says.
#[utoipa::path(
    get,
    path = "/api/timeline",
    operation_id = "listTimeline",
    tag = "timeline",
    params(Parameters),
    responses((status = 200, description = "A page, newest first", body = Timeline)),
)]
async fn timeline(
    State(config): State<ConfigClient>,
    State(rollouts): State<RolloutClient>,
    State(now): State<Now>,
    Query(parameters): Query<Parameters>,
) -> Result<Json<Timeline>, Problem> {
    let size = page::size(parameters.page_size.unwrap_or_default())?;
    let token = parameters.page_token.as_deref().unwrap_or_default();
    let [of_config, of_rollouts] = cursors(token)?;
    let asked = Asked::of(parameters, &now)?;
    let (events, transitions) = tokio::join!(
        events(config, &asked, size, &of_config),
        transitions(rollouts, &asked, size, &of_rollouts),
    );
    let (mut events, transitions) = (events?, transitions?);
    if transitions.is_some() {
        events.items.retain(|item| !item.is_split);
    }
    let incomplete = transitions.is_none();
    let (entries, next) = merge(
        [(of_config, Some(events)), (of_rollouts, transitions)],
        size,
    );
    Ok(Json(Timeline {
        entries,
        next_page_token: next.map_or(String::new(), |[one, other]| {
            page::token(&[one.as_str(), other.as_str()])
        }),
        incomplete: match incomplete {
            true => vec![ServiceName::Rollout.to_string()],
            false => Vec::new(),
        },
    }))
}

/// What is asked of both services.
struct Asked {
    since: Option<prost_types::Timestamp>,
    until: Option<prost_types::Timestamp>,
    app: String,
    profile: String,
    label: String,
    author: String,
}

impl Asked {
    fn of(given: Parameters, now: &Now) -> Result<Self, Fault> {
        Ok(Self {
            since: now.moment("since", given.since.as_deref())?,
            until: now.moment("until", given.until.as_deref())?,
            app: given.app.unwrap_or_default(),
            profile: given.profile.unwrap_or_default(),
            label: given.label.unwrap_or_default(),
            author: given.author.unwrap_or_default(),
        })
    }
}

fn cursors(token: &str) -> Result<[Cursor; 2], Fault> {
    let cursors = page::after::<2>(token)?;
    Ok(cursors.unwrap_or_default().map(Cursor::from))
}

async fn events(
    mut config: ConfigClient,
    asked: &Asked,
    size: usize,
    cursor: &Cursor,
) -> Result<Part, Problem> {
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

fn of_events(reply: ListEventsResponse) -> Part {
    let items = reply.events.into_iter().map(|event| {
        let record = event.record.as_ref();
        let wall = record.and_then(|record| record.time.as_ref()?.wall);
        // a rollout's own audit tells these
        let is_split = match record.and_then(|record| record.body.as_ref()) {
            Some(Body::SplitMoved(_)) => true,
            Some(Body::SplitEnded(split)) => {
                split.state() != vortex_proto::config::v1::SplitState::Released
            }
            _ => false,
        };
        Item {
            at: wall.unwrap_or_default().into(),
            token: event.page_token.clone(),
            is_split,
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
) -> Result<Option<Part>, Problem> {
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
) -> Result<Option<Part>, Problem> {
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

fn of_transitions(reply: ListTransitionsResponse) -> Part {
    let items = reply.transitions.into_iter().map(|transition| {
        let time = transition.entry.as_ref().and_then(|entry| entry.time);
        Item {
            at: time.unwrap_or_default().into(),
            token: transition.page_token.clone(),
            is_split: false,
            entry: transition.into(),
        }
    });
    Part {
        items: items.collect(),
        next: reply.next_page_token,
        reached: reply.reached.map(Into::into),
    }
}
