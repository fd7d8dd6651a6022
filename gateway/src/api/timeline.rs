//! `/api/timeline`: what happened, from the log and from the audits of rollouts.

mod merge;
mod parts;

use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use vortex_kit::{error::Fault, grpc::page};
use vortex_rest::Timeline;
use vortex_service::ServiceName;

pub(super) use self::{
    merge::{Cursor, merge},
    parts::{Asked, deeds, denials},
};
use super::{state::ApiState, when::Now};
use crate::{
    clients::{ConfigClient, RolloutClient},
    extract::Query,
    problem::Problem,
};

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
    extensions(("x-vortex-rpc" = json!(["ListEvents", "ListTransitions"]))),
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
    let asked = parameters.asked(&now)?;
    let cursors = [&of_config, &of_rollouts];
    let (events, transitions) = deeds(config, rollouts, &asked, size, cursors).await?;
    let incomplete = transitions.is_none();
    let (entries, next) = merge(
        [(of_config, Some(events)), (of_rollouts, transitions)],
        size,
    );
    Ok(Json(Timeline {
        entries,
        next_page_token: next_token(next),
        incomplete: missing(incomplete),
    }))
}

impl Parameters {
    fn asked(self, now: &Now) -> Result<Asked, Fault> {
        Ok(Asked {
            since: now.moment("since", self.since.as_deref())?,
            until: now.moment("until", self.until.as_deref())?,
            app: self.app.unwrap_or_default(),
            profile: self.profile.unwrap_or_default(),
            label: self.label.unwrap_or_default(),
            author: self.author.unwrap_or_default(),
        })
    }
}

/// How far each list was taken, by a page's token.
pub(super) fn cursors<const N: usize>(token: &str) -> Result<[Cursor; N], Fault> {
    let cursors = page::after::<N>(token)?;
    let cursors = cursors.unwrap_or_else(|| std::array::from_fn(|_| String::new()));
    Ok(cursors.map(Cursor::from))
}

/// The token of the page that goes on from there.
pub(super) fn next_token<const N: usize>(cursors: Option<[Cursor; N]>) -> String {
    cursors.map_or(String::new(), |cursors| {
        let parts: Vec<&str> = cursors.iter().map(Cursor::as_str).collect();
        page::token(&parts)
    })
}

/// The services whose part is missing.
pub(super) fn missing(rollouts: bool) -> Vec<String> {
    match rollouts {
        true => vec![ServiceName::Rollout.to_string()],
        false => Vec::new(),
    }
}
