//! `/api`: routes that each translate to one gRPC call.

mod audit;
mod breaker;
mod changes;
mod ciphers;
mod configs;
mod drift;
mod effective;
mod explain;
mod freezes;
mod heartbeats;
mod instances;
mod keys;
mod open_watches;
mod overrides;
mod realtime;
mod rollouts;
mod sketch;
mod sources;
mod splits;
mod state;
mod status;
mod target;
mod timeline;
mod until;
mod watch;
mod when;

use utoipa_axum::router::OpenApiRouter;

pub(crate) use heartbeats::read as read_heartbeat;
pub(crate) use state::ApiState;

/// Routes that answer within the request timeout.
pub(crate) fn quick() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .merge(configs::routes())
        .merge(changes::routes())
        .merge(effective::routes())
        .merge(explain::routes())
        .merge(sources::routes())
        .merge(ciphers::routes())
        .merge(rollouts::routes())
        .merge(breaker::routes())
        .merge(splits::routes())
        .merge(timeline::routes())
        .merge(audit::routes())
        .merge(freezes::routes())
        .merge(keys::routes())
        .merge(status::routes())
        .merge(overrides::routes())
        .merge(heartbeats::routes())
        .merge(drift::routes())
        .merge(instances::routes())
}

/// Routes that wait for the remote of a source, with a longer timeout.
pub(crate) fn slow() -> OpenApiRouter<ApiState> {
    sources::slow_routes()
}

/// Routes whose answer is a stream without an end. Browsers open these as an `EventSource`, so they
/// also take a credential as `?token=`, which no handler sees.
pub(crate) fn endless() -> OpenApiRouter<ApiState> {
    rollouts::endless_routes()
        .merge(watch::routes())
        .merge(realtime::routes())
}
