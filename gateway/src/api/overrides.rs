//! `/api/overrides`: values that stand above all documents for a limited time.

use axum::{Json as JsonAnswer, extract::State};
use serde::Deserialize;
use tonic::{Response, Status};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use vortex_kit::error::Fault;
use vortex_proto::config::v1::{
    GetOverrideRequest, ListOverridesRequest, RemoveOverrideRequest, SetOverrideRequest,
};
use vortex_rest::{NewOverride, OverrideAnswer, OverrideRemoved, Overrides};

use super::{
    state::ApiState,
    target::{OnLabel, Target},
    until::Until,
};
use crate::{
    answer,
    clients::OverrideClient,
    extract::{IdempotencyKey, Json, Path, Query},
    problem::Problem,
};

const LIMIT: usize = 64 * 1024;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get, set, remove))
}

/// Which overrides are listed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Listed {
    /// Only overrides of this application.
    app: Option<String>,
    /// Only overrides of this label.
    label: Option<String>,
    /// The maximum number of items on the page, 1 to 1,000; 100 by default. Large values make a page
    /// shorter.
    page_size: Option<u32>,
    /// The `next_page_token` of the page before.
    page_token: Option<String>,
}

/// Of which label an override is, and why it is ended.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Removal {
    /// The label; `main` when left out.
    label: Option<String>,
    /// Why, for people.
    reason: Option<String>,
    /// Who ends it, as the caller says.
    author: Option<String>,
}

/// List overrides
#[utoipa::path(
    get,
    path = "/api/overrides",
    operation_id = "listOverrides",
    tag = "overrides",
    params(Listed),
    responses((status = 200, description = "A page", body = Overrides)),
)]
async fn list(
    State(mut overrides): State<OverrideClient>,
    Query(listed): Query<Listed>,
) -> Result<JsonAnswer<Overrides>, Problem> {
    let request = ListOverridesRequest {
        page_size: listed.page_size.unwrap_or_default(),
        page_token: listed.page_token.unwrap_or_default(),
        app: listed.app.unwrap_or_default(),
        label: listed.label.unwrap_or_default(),
    };
    read(overrides.list_overrides(request)).await
}

/// Read an override
#[utoipa::path(
    get,
    path = "/api/overrides/{app}/{profile}",
    operation_id = "getOverride",
    tag = "overrides",
    params(Target, OnLabel),
    responses((status = 200, description = "The override", body = OverrideAnswer)),
)]
async fn get(
    State(mut overrides): State<OverrideClient>,
    Path(target): Path<Target>,
    Query(OnLabel { label }): Query<OnLabel>,
) -> Result<JsonAnswer<OverrideAnswer>, Problem> {
    let request = GetOverrideRequest {
        target: Some(target.document(label)),
    };
    read(overrides.get_override(request)).await
}

/// Set an override
///
/// Its values stand above all documents, for all readers of the application and profile, until it
/// expires or is removed. It takes the place of the one that there is. Neither freezes nor rollouts
/// refuse it.
#[utoipa::path(
    put,
    path = "/api/overrides/{app}/{profile}",
    operation_id = "setOverride",
    tag = "overrides",
    params(Target, OnLabel, IdempotencyKey),
    request_body = NewOverride,
    responses((status = 200, description = "The override", body = OverrideAnswer)),
)]
async fn set(
    State(mut overrides): State<OverrideClient>,
    Path(target): Path<Target>,
    Query(OnLabel { label }): Query<OnLabel>,
    key: IdempotencyKey,
    Json(new): Json<NewOverride, LIMIT>,
) -> Result<JsonAnswer<OverrideAnswer>, Problem> {
    let (expires, lasts) = Until::parse("expires", &new.expires)?.to_proto();
    let request = SetOverrideRequest {
        target: Some(target.document(label)),
        values: new.values.get().to_owned().into(),
        expires,
        lasts,
        reason: new.reason.unwrap_or_default(),
        author: new.author.unwrap_or_default(),
        request_id: key.or(new.request_id)?,
    };
    read(overrides.set_override(request)).await
}

/// End an override
#[utoipa::path(
    delete,
    path = "/api/overrides/{app}/{profile}",
    operation_id = "removeOverride",
    tag = "overrides",
    params(Target, Removal, IdempotencyKey),
    responses((status = 200, description = "It is ended", body = OverrideRemoved)),
)]
async fn remove(
    State(mut overrides): State<OverrideClient>,
    Path(target): Path<Target>,
    Query(removal): Query<Removal>,
    IdempotencyKey(request_id): IdempotencyKey,
) -> Result<JsonAnswer<OverrideRemoved>, Problem> {
    let request = RemoveOverrideRequest {
        target: Some(target.document(removal.label)),
        reason: removal.reason.unwrap_or_default(),
        author: removal.author.unwrap_or_default(),
        request_id,
    };
    answer::json(overrides.remove_override(request)).await
}

/// Answers with a reply whose values are JSON, as config-svc makes them.
async fn read<R, A>(
    call: impl Future<Output = Result<Response<R>, Status>>,
) -> Result<JsonAnswer<A>, Problem>
where
    A: TryFrom<R, Error = serde_json::Error>,
{
    let reply = call.await?.into_inner();
    let answer = A::try_from(reply).map_err(|error| Fault::internal(&error))?;
    Ok(JsonAnswer(answer))
}
