//! Fleets, and how they stand.

use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::IntoParams;
use vortex_proto::drift::v1::{
    DriftState, GetDriftRequest, ListDriftRequest, ListInstancesRequest,
};
use vortex_rest::{FleetDrift, Fleets};

use crate::{
    answer,
    api::target::Target,
    clients::DriftClient,
    extract::{Path, Query},
    problem::Problem,
};

/// The states of those that a fleet's drift is counted of.
const DRIFTED: [DriftState; 3] = [
    DriftState::Drifted,
    DriftState::Failed,
    DriftState::UnknownVersion,
];

/// Which fleets are listed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Listed {
    /// Only fleets of this application.
    app: Option<String>,
    /// Only fleets of which an alert is firing.
    alerting: Option<bool>,
    /// The maximum number of items on the page, 1 to 1,000; 100 by default.
    page_size: Option<u32>,
    /// The `next_page_token` of the page before.
    page_token: Option<String>,
}

/// Which fleet is read, and which page of its drifted instances.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Read {
    /// The label; `main` when left out.
    label: Option<String>,
    /// The maximum number of drifted instances on the page, 1 to 1,000; 100 by default.
    page_size: Option<u32>,
    /// The `next_page_token` of the page before.
    page_token: Option<String>,
}

/// List the fleets of which instances report
#[utoipa::path(
    get,
    path = "/api/drift",
    operation_id = "listDrift",
    tag = "drift",
    params(Listed),
    responses((status = 200, description = "A page, by name", body = Fleets)),
)]
pub(super) async fn list(
    State(mut drift): State<DriftClient>,
    Query(listed): Query<Listed>,
) -> Result<Json<Fleets>, Problem> {
    let request = ListDriftRequest {
        app: listed.app.unwrap_or_default(),
        alerting: listed.alerting.unwrap_or_default(),
        page_size: listed.page_size.unwrap_or_default(),
        page_token: listed.page_token.unwrap_or_default(),
    };
    answer::json(drift.list_drift(request)).await
}

/// Read how a fleet stands
///
/// What its instances should run and do run, how many are in each state, and a page of those that
/// drifted, failed or run an unknown version. A fleet of which nobody reports has a total of 0.
#[utoipa::path(
    get,
    path = "/api/drift/{app}/{profile}",
    operation_id = "getDrift",
    extensions(("x-vortex-rpc" = json!(["GetDrift", "ListInstances"]))),
    tag = "drift",
    params(Target, Read),
    responses((status = 200, description = "How it stands", body = FleetDrift)),
)]
pub(super) async fn get(
    State(mut drift): State<DriftClient>,
    Path(target): Path<Target>,
    Query(read): Query<Read>,
) -> Result<Json<FleetDrift>, Problem> {
    let fleet = Some(target.fleet(read.label));
    let instances = ListInstancesRequest {
        fleet: fleet.clone(),
        states: DRIFTED.map(i32::from).to_vec(),
        page_size: read.page_size.unwrap_or_default(),
        page_token: read.page_token.unwrap_or_default(),
        ..ListInstancesRequest::default()
    };
    let mut lists = drift.clone();
    let (stands, drifted) = futures::join!(
        drift.get_drift(GetDriftRequest { fleet }),
        lists.list_instances(instances),
    );
    Ok(Json((stands?.into_inner(), drifted?.into_inner()).into()))
}
