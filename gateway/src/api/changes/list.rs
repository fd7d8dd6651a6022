//! Lists change sets.

use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::IntoParams;
use vortex_proto::config::v1::{self as proto, ListChangesRequest};
use vortex_rest::{ChangeState, Changes};

use crate::{answer, api::when::Now, clients::ConfigClient, extract::Query, problem::Problem};

/// Which change sets are listed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Parameters {
    /// Restricts the list to this label.
    label: Option<String>,
    /// Only those in this state.
    #[param(inline)]
    state: Option<ChangeState>,
    /// Only those that wait for a rollout to take them up.
    awaits_rollout: Option<bool>,
    /// Only those that were written since this time, or in the time until now: `30m`, `2h`.
    since: Option<String>,
    /// Only those of this author or caller.
    author: Option<String>,
    /// Only those with a document that this application reads.
    app: Option<String>,
    /// The maximum number of items on the page, 1 to 1,000; 100 by default.
    page_size: Option<u32>,
    /// The `next_page_token` of the page before.
    page_token: Option<String>,
}

/// List change sets
#[utoipa::path(
    get,
    path = "/api/changes",
    operation_id = "listChanges",
    tag = "changes",
    params(Parameters),
    responses((status = 200, description = "A page, newest first", body = Changes)),
)]
pub(super) async fn list(
    State(mut config): State<ConfigClient>,
    State(now): State<Now>,
    Query(parameters): Query<Parameters>,
) -> Result<Json<Changes>, Problem> {
    let state = parameters.state.map(proto::ChangeState::from);
    let request = ListChangesRequest {
        label: parameters.label.unwrap_or_default(),
        state: state.unwrap_or_default().into(),
        page_size: parameters.page_size.unwrap_or_default(),
        page_token: parameters.page_token.unwrap_or_default(),
        awaits_rollout: parameters.awaits_rollout.unwrap_or_default(),
        since: now.moment("since", parameters.since.as_deref())?,
        author: parameters.author.unwrap_or_default(),
        app: parameters.app.unwrap_or_default(),
    };
    answer::json(config.list_changes(request)).await
}
