//! Alerts about fleets.

use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::IntoParams;
use vortex_proto::drift::v1::{AcknowledgeAlertRequest, ListAlertsRequest};
use vortex_rest::{Alert, Alerts};

use crate::{
    answer,
    clients::DriftClient,
    extract::{Command, IdempotencyKey, Path, Query, command_parameters},
    problem::Problem,
};

/// Which alerts are listed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Listed {
    /// Only alerts about this application.
    app: Option<String>,
    /// Only alerts that are firing.
    firing: Option<bool>,
    /// The maximum number of items on the page, 1 to 1,000; 100 by default.
    page_size: Option<u32>,
    /// The `next_page_token` of the page before.
    page_token: Option<String>,
}

command_parameters! {
    /// An acknowledgement; in the query or the body.
    pub(super) struct AlertAcknowledgement {
        /// What there is to say, for people.
        #[schema(max_length = 1024)]
        comment: Option<String>,
        /// Who has seen it, as the caller says.
        author: Option<String>,
    }
}

/// List alerts
///
/// Those that are firing, and those that were resolved within 30 days.
#[utoipa::path(
    get,
    path = "/api/drift/alerts",
    operation_id = "listAlerts",
    tag = "drift",
    params(Listed),
    responses((status = 200, description = "A page, newest first", body = Alerts)),
)]
pub(super) async fn list(
    State(mut drift): State<DriftClient>,
    Query(listed): Query<Listed>,
) -> Result<Json<Alerts>, Problem> {
    let request = ListAlertsRequest {
        app: listed.app.unwrap_or_default(),
        firing: listed.firing.unwrap_or_default(),
        page_size: listed.page_size.unwrap_or_default(),
        page_token: listed.page_token.unwrap_or_default(),
    };
    answer::json(drift.list_alerts(request)).await
}

/// Note that somebody has seen an alert
///
/// The first acknowledgement stays.
#[utoipa::path(
    post,
    path = "/api/drift/alerts/{id}/ack",
    operation_id = "acknowledgeAlert",
    tag = "drift",
    params(
        ("id" = String, Path, description = "Its id"),
        AlertAcknowledgement,
        IdempotencyKey,
    ),
    request_body = Option<AlertAcknowledgement>,
    responses((status = 200, description = "The alert after it", body = Alert)),
)]
pub(super) async fn acknowledge(
    State(mut drift): State<DriftClient>,
    Path(id): Path<String>,
    // repeated it changes nothing, under whatever id
    Command { given, .. }: Command<AlertAcknowledgement>,
) -> Result<Json<Alert>, Problem> {
    let request = AcknowledgeAlertRequest {
        id,
        author: given.author.unwrap_or_default(),
        comment: given.comment.unwrap_or_default(),
    };
    answer::json(drift.acknowledge_alert(request)).await
}
