//! Keeps a fleet's alerts from being sent for some time, or ends that.

use axum::{Json as JsonAnswer, extract::State};
use vortex_proto::{
    drift::v1::{AcknowledgeAlertRequest, SilenceFleetRequest},
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
///
/// Who silences an alert has seen it: it is acknowledged as well, with the reason as the comment.
#[utoipa::path(
    post,
    path = "/api/drift/alerts/{id}/silence",
    operation_id = "silenceFleetOfAlert",
    extensions(("x-vortex-rpc" = json!(["AcknowledgeAlert", "SilenceFleet"]))),
    tag = "drift",
    params(("id" = String, Path, description = "The alert's id")),
    request_body = NewSilence,
    responses((status = 200, description = "The silence", body = SilenceAnswer)),
)]
pub(super) async fn alert(
    State(mut drift): State<DriftClient>,
    Path(id): Path<String>,
    _: NoQuery,
    Json(new): Json<NewSilence, LIMIT>,
) -> Result<JsonAnswer<SilenceAnswer>, Problem> {
    // the answer names the fleet, and no other call finds an alert by its id
    let seen = AcknowledgeAlertRequest {
        id,
        author: new.author.clone().unwrap_or_default(),
        comment: new.reason.clone().unwrap_or_default(),
    };
    let seen = drift.acknowledge_alert(seen).await?.into_inner();
    let fleet = seen.alert.unwrap_or_default().fleet;
    silence(drift, fleet.unwrap_or_default(), new).await
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
