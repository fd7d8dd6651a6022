//! `/api/audit`: who did what, and who was refused what.

use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use vortex_kit::{error::Fault, grpc::page};
use vortex_rest::{Audit, AuditEntry};

use super::{
    state::ApiState,
    timeline::{Asked, cursors, deeds, denials, merge, missing, next_token},
    when::Now,
};
use crate::{
    clients::{AuditClient, ConfigClient, RolloutClient},
    extract::Query,
    problem::Problem,
};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(audit))
}

/// What is listed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Parameters {
    /// Only since this time, or in the time until now: `30m`, `2h`.
    since: Option<String>,
    /// Only before this time, or longer ago than this.
    until: Option<String>,
    /// Only what this caller did or was refused: `key:ci`, `anonymous`; or, of what was refused,
    /// the id of a key.
    principal: Option<String>,
    /// Only what concerns this application.
    app: Option<String>,
    /// Only what was refused.
    denied: Option<bool>,
    /// The maximum number of items on the page, 1 to 1,000; 100 by default.
    page_size: Option<u32>,
    /// The `next_page_token` of the page before.
    page_token: Option<String>,
}

/// List who did what, and who was refused what
///
/// What was done is in the log and in the audits of rollouts for as long as those are kept; what was
/// refused for 7 days, 10,000 entries at most. The answer holds what is within the caller's scopes.
#[utoipa::path(
    get,
    path = "/api/audit",
    operation_id = "listAudit",
    extensions(("x-vortex-rpc" = json!(["ListDenials", "ListEvents", "ListTransitions"]))),
    tag = "audit",
    params(Parameters),
    responses((status = 200, description = "A page, newest first", body = Audit)),
)]
async fn audit(
    State(config): State<ConfigClient>,
    State(rollouts): State<RolloutClient>,
    State(audit): State<AuditClient>,
    State(now): State<Now>,
    Query(parameters): Query<Parameters>,
) -> Result<Json<Audit>, Problem> {
    let size = page::size(parameters.page_size.unwrap_or_default())?;
    let token = parameters.page_token.as_deref().unwrap_or_default();
    let [mut of_config, mut of_rollouts, of_denials] = cursors(token)?;
    if parameters.denied == Some(true) {
        of_config.end();
        of_rollouts.end();
    }
    let asked = parameters.asked(&now)?;
    // first, since only this says whether the caller may
    let denials = denials(audit, &asked, size, &of_denials).await?;
    let cursors = [&of_config, &of_rollouts];
    let (events, transitions) = deeds(config, rollouts, &asked, size, cursors).await?;
    let incomplete = transitions.is_none();
    let events = events.map(AuditEntry::from);
    let transitions = transitions.map(|transitions| transitions.map(AuditEntry::from));
    let parts = [
        (of_config, Some(events)),
        (of_rollouts, transitions),
        (of_denials, Some(denials)),
    ];
    let (entries, next) = merge(parts, size);
    Ok(Json(Audit {
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
            author: self.principal.unwrap_or_default(),
            ..Asked::default()
        })
    }
}
