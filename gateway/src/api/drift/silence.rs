//! Keeps a fleet's alerts from being sent for some time, or ends that.

use axum::{Json as JsonAnswer, extract::State};
use vortex_kit::error::{Fault, Reason};
use vortex_proto::{
    drift::v1::{ListAlertsRequest, SilenceFleetRequest},
    heartbeat::v1::Fleet,
};
use vortex_rest::{NewSilence, SilenceAnswer};

use crate::{
    answer,
    api::target::{OnLabel, Target},
    clients::DriftClient,
    extract::{Json, NoQuery, Path, Query},
    problem::Problem,
};

const LIMIT: usize = 64 * 1024;

/// Pages of alerts that are looked through at most: as many alerts are kept.
const PAGES: u32 = 10;
/// The most alerts of a page.
const PAGE: u32 = 1_000;

/// Silence a fleet
///
/// Its alerts are sent to nobody for some time; they are listed all the same. The last silence counts,
/// and a duration of `0s` ends it.
#[utoipa::path(
    post,
    path = "/api/drift/{app}/{profile}/silence",
    operation_id = "silenceFleet",
    tag = "drift",
    params(Target, OnLabel),
    request_body = NewSilence,
    responses((status = 200, description = "The silence", body = SilenceAnswer)),
)]
pub(super) async fn fleet(
    State(drift): State<DriftClient>,
    Path(target): Path<Target>,
    Query(OnLabel { label }): Query<OnLabel>,
    Json(new): Json<NewSilence, LIMIT>,
) -> Result<JsonAnswer<SilenceAnswer>, Problem> {
    silence(drift, target.fleet(label), new).await
}

/// Silence the fleet that an alert is about
#[utoipa::path(
    post,
    path = "/api/drift/alerts/{id}/silence",
    operation_id = "silenceFleetOfAlert",
    extensions(("x-vortex-rpc" = json!(["SilenceFleet", "ListAlerts"]))),
    tag = "drift",
    params(("id" = String, Path, description = "The alert's id")),
    request_body = NewSilence,
    responses((status = 200, description = "The silence", body = SilenceAnswer)),
)]
pub(super) async fn alert(
    State(drift): State<DriftClient>,
    Path(id): Path<String>,
    _: NoQuery,
    Json(new): Json<NewSilence, LIMIT>,
) -> Result<JsonAnswer<SilenceAnswer>, Problem> {
    let fleet = fleet_of(drift.clone(), &id).await?;
    silence(drift, fleet, new).await
}

async fn silence(
    mut drift: DriftClient,
    fleet: Fleet,
    new: NewSilence,
) -> Result<JsonAnswer<SilenceAnswer>, Problem> {
    let request = SilenceFleetRequest {
        fleet: Some(fleet),
        duration: Some(new.duration.to_proto()),
        author: new.author.unwrap_or_default(),
        reason: new.reason.unwrap_or_default(),
    };
    answer::json(drift.silence_fleet(request)).await
}

/// The fleet of an alert. Those that are firing, which are asked about most, come first.
async fn fleet_of(mut drift: DriftClient, id: &str) -> Result<Fleet, Problem> {
    for firing in [true, false] {
        let mut page_token = String::new();
        for _ in 0..PAGES {
            let request = ListAlertsRequest {
                firing,
                page_size: PAGE,
                page_token,
                ..ListAlertsRequest::default()
            };
            let page = drift.list_alerts(request).await?.into_inner();
            if let Some(alert) = page.alerts.into_iter().find(|alert| alert.id == id) {
                return Ok(alert.fleet.unwrap_or_default());
            }
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
    }
    let reason = "ALERT_NOT_FOUND".parse().unwrap_or(Reason::NotFound);
    Err(Fault::new(reason, format!("there is no alert {id}")).into())
}
