//! `/api/instances`: the instances that report.

use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use vortex_kit::error::Fault;
use vortex_proto::{
    drift::v1::{self as proto, GetInstanceRequest, ListInstancesRequest},
    heartbeat::v1::Fleet,
};
use vortex_rest::{DriftState, Instance, Instances};

use super::{
    state::ApiState,
    target::{OnLabel, Target},
};
use crate::{
    answer,
    clients::DriftClient,
    extract::{Path, Query, names},
    problem::Problem,
};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(list_of))
        .routes(routes!(get))
}

/// Which instances are listed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Listed {
    /// Only instances in this state, or in one of several, separated by commas: `stale`, `failed`,
    /// `unknown_version`, `ahead`, `in_sync`, `canary`, `pending`, `drifted`.
    state: Option<String>,
    /// Only instances that run this version.
    version: Option<String>,
    /// The maximum number of items on the page, 1 to 1,000; 100 by default.
    page_size: Option<u32>,
    /// The `next_page_token` of the page before.
    page_token: Option<String>,
}

/// Which instances of a fleet are listed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListedOf {
    /// The label; `main` when left out.
    label: Option<String>,
    /// Only instances in this state, or in one of several, separated by commas: `stale`, `failed`,
    /// `unknown_version`, `ahead`, `in_sync`, `canary`, `pending`, `drifted`.
    state: Option<String>,
    /// Only instances that run this version.
    version: Option<String>,
    /// The maximum number of items on the page, 1 to 1,000; 100 by default.
    page_size: Option<u32>,
    /// The `next_page_token` of the page before.
    page_token: Option<String>,
}

/// An instance of a fleet.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct One {
    /// The application.
    app: String,
    /// The profiles that it reads, separated by commas, the last one highest.
    profile: String,
    /// Its id.
    instance: String,
}

/// List all instances
#[utoipa::path(
    get,
    path = "/api/instances",
    operation_id = "listInstances",
    tag = "drift",
    params(Listed),
    responses((status = 200, description = "A page, by fleet and id", body = Instances)),
)]
async fn list(
    State(drift): State<DriftClient>,
    Query(listed): Query<Listed>,
) -> Result<Json<Instances>, Problem> {
    page(drift, None, listed).await
}

/// List the instances of a fleet
#[utoipa::path(
    get,
    path = "/api/instances/{app}/{profile}",
    operation_id = "listInstancesOf",
    extensions(("x-vortex-rpc" = json!(["ListInstances"]))),
    tag = "drift",
    params(Target, ListedOf),
    responses((status = 200, description = "A page, by id", body = Instances)),
)]
async fn list_of(
    State(drift): State<DriftClient>,
    Path(target): Path<Target>,
    Query(of): Query<ListedOf>,
) -> Result<Json<Instances>, Problem> {
    let listed = Listed {
        state: of.state,
        version: of.version,
        page_size: of.page_size,
        page_token: of.page_token,
    };
    page(drift, Some(target.fleet(of.label)), listed).await
}

/// Read an instance
#[utoipa::path(
    get,
    path = "/api/instances/{app}/{profile}/{instance}",
    operation_id = "getInstance",
    tag = "drift",
    params(One, OnLabel),
    responses((status = 200, description = "The instance", body = Instance)),
)]
async fn get(
    State(mut drift): State<DriftClient>,
    Path(One {
        app,
        profile,
        instance,
    }): Path<One>,
    Query(OnLabel { label }): Query<OnLabel>,
) -> Result<Json<Instance>, Problem> {
    let request = GetInstanceRequest {
        fleet: Some(Target { app, profile }.fleet(label)),
        instance_id: instance,
    };
    answer::json(drift.get_instance(request)).await
}

async fn page(
    mut drift: DriftClient,
    fleet: Option<Fleet>,
    listed: Listed,
) -> Result<Json<Instances>, Problem> {
    let request = ListInstancesRequest {
        fleet,
        states: states(listed.state.as_deref().unwrap_or_default())?,
        version: listed.version.unwrap_or_default(),
        page_size: listed.page_size.unwrap_or_default(),
        page_token: listed.page_token.unwrap_or_default(),
    };
    answer::json(drift.list_instances(request)).await
}

fn states(list: &str) -> Result<Vec<i32>, Fault> {
    let states: Vec<DriftState> = names("state", list)?;
    let states = states.into_iter();
    Ok(states
        .map(|state| proto::DriftState::from(state).into())
        .collect())
}
