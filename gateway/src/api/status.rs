//! `/api/status`: what is rolling out, paused, waiting, frozen, overridden or degraded, and which
//! alerts are firing.

mod items;

use std::time::Duration;

use axum::{Json, extract::State};
use serde::Deserialize;
use tonic::Response;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use vortex_kit::{
    context::Context,
    error::{Fault, Reason},
};
use vortex_proto::{
    config::v1::{
        ListFreezesRequest, ListFreezesResponse, ListOverridesRequest, ListOverridesResponse,
        ListSourcesRequest, ListSourcesResponse,
    },
    drift::v1::{ListAlertsRequest, ListAlertsResponse},
    rollout::v1::{
        GetBreakerRequest, GetBreakerResponse, ListRolloutsRequest, ListRolloutsResponse,
        RolloutState,
    },
};
use vortex_rest::Status;

use super::state::ApiState;
use crate::{
    clients::{DriftClient, FreezeClient, OverrideClient, RolloutClient, SourceClient},
    extract::Query,
    problem::Problem,
};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(get))
}

/// How long a service may take. One that takes longer is degraded, which is an answer, too.
const PATIENCE: Duration = Duration::from_secs(2);

/// The most rollouts, sources, freezes, overrides and alerts that are looked at, of each.
const MOST: u32 = 1_000;

/// What the status is of.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Parameters {
    /// Only what concerns this application; sources and services concern all.
    app: Option<String>,
}

/// Read how everything stands
///
/// What is rolling out, paused, waiting, frozen, overridden or degraded. An alert that is firing is
/// something degraded, also once somebody has seen it. A service that does not answer is
/// degraded; the answer then has what the others say.
#[utoipa::path(
    get,
    path = "/api/status",
    operation_id = "getStatus",
    extensions(("x-vortex-rpc" = json!(["ListRollouts", "GetBreaker", "ListSources", "ListFreezes", "ListOverrides", "ListAlerts"]))),
    tag = "status",
    params(Parameters),
    responses((status = 200, description = "How everything stands", body = Status)),
)]
async fn get(
    State(rollouts): State<RolloutClient>,
    State(sources): State<SourceClient>,
    State(freezes): State<FreezeClient>,
    State(overrides): State<OverrideClient>,
    State(drift): State<DriftClient>,
    Query(parameters): Query<Parameters>,
) -> Result<Json<Status>, Problem> {
    let app = parameters.app.unwrap_or_default();
    let context = Context::current().unwrap_or_else(Context::root);
    let asked = async {
        futures::join!(
            under_way(rollouts.clone(), app.clone()),
            breaker(rollouts),
            all_sources(sources),
            in_force(freezes, app.clone()),
            overriding(overrides, app.clone()),
            firing(drift, app),
        )
    };
    let (under_way, breaker, sources, freezes, overrides, alerts) =
        context.within(PATIENCE).scope(asked).await;
    let mut status = Status::default();
    for (service, refused) in [
        ("rollout-svc", refusal(&under_way).or(refusal(&breaker))),
        (
            "config-svc",
            refusal(&sources)
                .or(refusal(&freezes))
                .or(refusal(&overrides)),
        ),
        ("drift-svc", refusal(&alerts)),
    ] {
        if let Some(fault) = refused {
            // what the caller got wrong, or may not do, is not the service's fault
            if matches!(
                fault.reason(),
                Reason::InvalidArgument | Reason::Unauthenticated | Reason::PermissionDenied
            ) {
                return Err(fault.into());
            }
            status.degraded.push(items::away(service, &fault));
        }
    }
    if let Ok(reply) = under_way {
        let page = reply.into_inner();
        status.more = !page.next_page_token.is_empty();
        for rollout in page.rollouts {
            items::rollout(rollout.into(), &mut status);
        }
    }
    if let Ok(reply) = breaker {
        items::breaker(reply.into_inner().into(), &mut status);
    }
    let sources = sources.map_or_else(|_| Vec::new(), |reply| reply.into_inner().sources);
    for source in sources {
        items::source(source.into(), &mut status);
    }
    let freezes = freezes.map_or_else(|_| Vec::new(), |reply| reply.into_inner().freezes);
    let freezes = freezes
        .into_iter()
        .map(|freeze| items::freeze(freeze.into()));
    status.frozen.extend(freezes);
    if let Ok(reply) = overrides {
        let page = reply.into_inner();
        let items = page.overrides.into_iter().map(items::overriding);
        status.overridden.extend(items);
        if !page.next_page_token.is_empty() {
            status.overridden.push(items::more_overrides());
        }
    }
    if let Ok(reply) = alerts {
        let page = reply.into_inner();
        let items = page
            .alerts
            .into_iter()
            .map(|alert| items::alert(alert.into()));
        status.degraded.extend(items);
        if !page.next_page_token.is_empty() {
            status.degraded.push(items::more_alerts());
        }
    }
    Ok(Json(status.judged()))
}

type Asked<R> = Result<Response<R>, tonic::Status>;

/// Why there is no answer. An older service does not know a call, and has nothing to tell by it.
fn refusal<R>(asked: &Asked<R>) -> Option<Fault> {
    let fault = asked.as_ref().err().map(Fault::from_status)?;
    (fault.reason() != Reason::MethodUnknown).then_some(fault)
}

async fn under_way(mut rollouts: RolloutClient, app: String) -> Asked<ListRolloutsResponse> {
    let states = [
        RolloutState::Created,
        RolloutState::Running,
        RolloutState::Paused,
    ];
    let request = ListRolloutsRequest {
        states: states.map(i32::from).to_vec(),
        app,
        page_size: MOST,
        ..ListRolloutsRequest::default()
    };
    rollouts.list_rollouts(request).await
}

async fn breaker(mut rollouts: RolloutClient) -> Asked<GetBreakerResponse> {
    rollouts.get_breaker(GetBreakerRequest {}).await
}

async fn all_sources(mut sources: SourceClient) -> Asked<ListSourcesResponse> {
    let request = ListSourcesRequest {
        page_size: MOST,
        ..ListSourcesRequest::default()
    };
    sources.list_sources(request).await
}

async fn in_force(mut freezes: FreezeClient, app: String) -> Asked<ListFreezesResponse> {
    let request = ListFreezesRequest {
        app,
        page_size: MOST,
        ..ListFreezesRequest::default()
    };
    freezes.list_freezes(request).await
}

async fn overriding(mut overrides: OverrideClient, app: String) -> Asked<ListOverridesResponse> {
    let request = ListOverridesRequest {
        app,
        page_size: MOST,
        ..ListOverridesRequest::default()
    };
    overrides.list_overrides(request).await
}

async fn firing(mut drift: DriftClient, app: String) -> Asked<ListAlertsResponse> {
    let request = ListAlertsRequest {
        app,
        firing: true,
        page_size: MOST,
        ..ListAlertsRequest::default()
    };
    drift.list_alerts(request).await
}
