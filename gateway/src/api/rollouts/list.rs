//! Lists rollouts.

use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::IntoParams;
use vortex_kit::error::Fault;
use vortex_proto::rollout::v1::{self as proto, ListRolloutsRequest};
use vortex_rest::{RolloutState, Rollouts};

use crate::{
    answer,
    clients::RolloutClient,
    extract::{Query, names},
    problem::Problem,
};

/// Which rollouts are listed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Parameters {
    /// Only rollouts in this state, or in one of several, separated by commas: `created`,
    /// `running`, `paused`, `completed`, `rolled_back`, `superseded`.
    state: Option<String>,
    /// Only rollouts with a document of this application, or judged by its reports.
    app: Option<String>,
    /// Restricts the list to this label.
    label: Option<String>,
    /// The maximum number of items on the page, 1 to 1,000; 100 by default.
    page_size: Option<u32>,
    /// The `next_page_token` of the page before.
    page_token: Option<String>,
}

/// List rollouts
#[utoipa::path(
    get,
    path = "/api/rollouts",
    operation_id = "listRollouts",
    tag = "rollouts",
    params(Parameters),
    responses((status = 200, description = "A page, newest first", body = Rollouts)),
)]
pub(super) async fn list(
    State(mut rollouts): State<RolloutClient>,
    Query(parameters): Query<Parameters>,
) -> Result<Json<Rollouts>, Problem> {
    let request = ListRolloutsRequest {
        states: states(parameters.state.as_deref().unwrap_or_default())?,
        app: parameters.app.unwrap_or_default(),
        label: parameters.label.unwrap_or_default(),
        page_size: parameters.page_size.unwrap_or_default(),
        page_token: parameters.page_token.unwrap_or_default(),
    };
    answer::json(rollouts.list_rollouts(request)).await
}

fn states(list: &str) -> Result<Vec<i32>, Fault> {
    let states: Vec<RolloutState> = names("state", list)?;
    let states = states.into_iter();
    Ok(states
        .map(|state| proto::RolloutState::from(state).into())
        .collect())
}
