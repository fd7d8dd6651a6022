//! `/api/freezes`: times in which readers get nothing new.

use axum::{Json as JsonAnswer, extract::State};
use http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use vortex_proto::config::v1::{EndFreezeRequest, ListFreezesRequest, SetFreezeRequest};
use vortex_rest::{FreezeSet, Freezes, FreezesEnded, NewFreeze};

use super::{state::ApiState, until::Until};
use crate::{
    answer,
    clients::FreezeClient,
    extract::{IdempotencyKey, Json, Path, Query},
    problem::Problem,
};

const LIMIT: usize = 64 * 1024;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list, set, end_of_scope))
        .routes(routes!(end))
}

/// Which freezes are listed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Listed {
    /// Only freezes that concern this application.
    app: Option<String>,
    /// Only freezes that concern this label.
    label: Option<String>,
    /// The maximum number of items on the page, 1 to 1,000; 100 by default.
    page_size: Option<u32>,
    /// The `next_page_token` of the page before.
    page_token: Option<String>,
}

/// Why a freeze is ended.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Ending {
    /// Why, for people.
    reason: Option<String>,
    /// Who ends it, as the caller says.
    author: Option<String>,
}

/// Which freezes are ended, and why.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Scope {
    /// Freezes of everything.
    all: Option<bool>,
    /// Freezes of exactly these applications, separated by commas.
    apps: Option<String>,
    /// Freezes of this label alone; without it those of all labels.
    label: Option<String>,
    /// Why, for people.
    reason: Option<String>,
    /// Who ends them, as the caller says.
    author: Option<String>,
}

/// List the freezes in force
#[utoipa::path(
    get,
    path = "/api/freezes",
    operation_id = "listFreezes",
    tag = "freezes",
    params(Listed),
    responses((status = 200, description = "A page, oldest first", body = Freezes)),
)]
async fn list(
    State(mut freezes): State<FreezeClient>,
    Query(listed): Query<Listed>,
) -> Result<JsonAnswer<Freezes>, Problem> {
    let request = ListFreezesRequest {
        page_size: listed.page_size.unwrap_or_default(),
        page_token: listed.page_token.unwrap_or_default(),
        app: listed.app.unwrap_or_default(),
        label: listed.label.unwrap_or_default(),
    };
    answer::json(freezes.list_freezes(request)).await
}

/// Set a freeze
///
/// While it is in force, whatever would make something new stable for the applications it concerns,
/// or would give a canary to more of their readers, fails with `FROZEN`. Going back still works.
#[utoipa::path(
    post,
    path = "/api/freezes",
    operation_id = "setFreeze",
    tag = "freezes",
    params(IdempotencyKey),
    request_body = NewFreeze,
    responses((status = 201, description = "The freeze", body = FreezeSet)),
)]
async fn set(
    State(mut freezes): State<FreezeClient>,
    key: IdempotencyKey,
    Json(new): Json<NewFreeze, LIMIT>,
) -> Result<(StatusCode, JsonAnswer<FreezeSet>), Problem> {
    let until = new.until.as_deref();
    let until = until
        .map(|until| Until::parse("until", until))
        .transpose()?;
    let (until, lasts) = until.map_or((None, None), Until::to_proto);
    let request = SetFreezeRequest {
        all: new.all.unwrap_or_default(),
        apps: new.apps.unwrap_or_default(),
        label: new.label.unwrap_or_default(),
        reason: new.reason,
        author: new.author.unwrap_or_default(),
        until,
        lasts,
        request_id: key.or(new.request_id)?,
    };
    let set = answer::json(freezes.set_freeze(request)).await?;
    Ok((StatusCode::CREATED, set))
}

/// End a freeze
#[utoipa::path(
    delete,
    path = "/api/freezes/{id}",
    operation_id = "endFreeze",
    tag = "freezes",
    params(("id" = String, Path, description = "Its id"), Ending, IdempotencyKey),
    responses((status = 200, description = "It is ended", body = FreezesEnded)),
)]
async fn end(
    State(mut freezes): State<FreezeClient>,
    Path(id): Path<String>,
    Query(ending): Query<Ending>,
    IdempotencyKey(request_id): IdempotencyKey,
) -> Result<JsonAnswer<FreezesEnded>, Problem> {
    let request = EndFreezeRequest {
        id,
        reason: ending.reason.unwrap_or_default(),
        author: ending.author.unwrap_or_default(),
        request_id,
        ..Default::default()
    };
    answer::json(freezes.end_freeze(request)).await
}

/// End all freezes of exactly one scope
#[utoipa::path(
    delete,
    path = "/api/freezes",
    operation_id = "endFreezesOfScope",
    extensions(("x-vortex-rpc" = json!(["EndFreeze"]))),
    tag = "freezes",
    params(Scope, IdempotencyKey),
    responses((status = 200, description = "They are ended", body = FreezesEnded)),
)]
async fn end_of_scope(
    State(mut freezes): State<FreezeClient>,
    Query(scope): Query<Scope>,
    IdempotencyKey(request_id): IdempotencyKey,
) -> Result<JsonAnswer<FreezesEnded>, Problem> {
    let apps = scope.apps.unwrap_or_default();
    let apps = apps.split(',').filter(|app| !app.is_empty());
    let request = EndFreezeRequest {
        id: String::new(),
        all: scope.all.unwrap_or_default(),
        apps: apps.map(str::to_owned).collect(),
        label: scope.label.unwrap_or_default(),
        reason: scope.reason.unwrap_or_default(),
        author: scope.author.unwrap_or_default(),
        request_id,
    };
    answer::json(freezes.end_freeze(request)).await
}
