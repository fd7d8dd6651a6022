//! The state of the handlers under `/api`. Each takes only the parts it needs.

use std::sync::Arc;

use axum::extract::FromRef;
use vortex_kit::{compute::Compute, process::Runtime};

use super::{open_watches::OpenWatches, when::Now};
use crate::{
    clients::{
        AuditClient, Clients, ConfigClient, DriftClient, FreezeClient, HeartbeatClient, KeyClient,
        OverrideClient, RolloutClient, SourceClient, SplitClient,
    },
    extract::{IdentityRules, IgnoredFields},
    feeds::Feeds,
    settings::Settings,
    sockets::Sockets,
};

/// The router's state. Handlers take its fields, by `FromRef`. Clones share everything.
#[derive(Clone, Debug, FromRef)]
pub(crate) struct ApiState {
    config: ConfigClient,
    rollouts: RolloutClient,
    sources: SourceClient,
    splits: SplitClient,
    freezes: FreezeClient,
    overrides: OverrideClient,
    keys: KeyClient,
    audit: AuditClient,
    drift: DriftClient,
    heartbeats: HeartbeatClient,
    compute: Compute,
    feeds: Feeds,
    identity_rules: Arc<IdentityRules>,
    ignored_fields: IgnoredFields,
    watches: OpenWatches,
    sockets: Sockets,
    now: Now,
}

impl ApiState {
    /// The state of a router that calls the services with `clients`.
    pub(crate) fn new(
        clients: Clients,
        identity_rules: Arc<IdentityRules>,
        settings: &Settings,
        runtime: &Runtime,
    ) -> Self {
        let feeds = Feeds::new(clients.config.clone(), settings.request_timeout, runtime);
        let sockets = Sockets::new(feeds.clone(), clients.config.clone(), settings, runtime);
        Self {
            config: clients.config,
            rollouts: clients.rollouts,
            sources: clients.sources,
            splits: clients.splits,
            freezes: clients.freezes,
            overrides: clients.overrides,
            keys: clients.keys,
            audit: clients.audit,
            drift: clients.drift,
            heartbeats: clients.heartbeats,
            compute: runtime.compute.clone(),
            feeds,
            identity_rules,
            ignored_fields: IgnoredFields::new(&runtime.metrics),
            watches: OpenWatches::new(settings.max_watches, runtime),
            sockets,
            now: Now::new(runtime.clock.clone()),
        }
    }
}
