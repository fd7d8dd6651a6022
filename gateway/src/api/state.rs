//! What the handlers under `/api` work with. Each takes only the parts it needs.

use std::sync::Arc;

use axum::extract::FromRef;
use vortex_kit::{compute::Compute, process::Runtime};

use super::watches::Watches;
use crate::{
    clients::{Clients, ConfigClient, RolloutClient, SourceClient, SplitClient},
    extract::{Identities, IgnoredFields},
    feeds::Feeds,
    settings::Settings,
};

/// The state of the router; every part of it is a state for handlers. A clone is cheap.
#[derive(Clone, Debug, FromRef)]
pub(crate) struct ApiState {
    config: ConfigClient,
    rollouts: RolloutClient,
    sources: SourceClient,
    splits: SplitClient,
    compute: Compute,
    feeds: Feeds,
    identities: Arc<Identities>,
    ignored_fields: IgnoredFields,
    watches: Watches,
}

impl ApiState {
    /// The state of a router that calls the services with `clients`.
    pub(crate) fn new(
        clients: Clients,
        identities: Arc<Identities>,
        settings: &Settings,
        runtime: &Runtime,
    ) -> Self {
        let feeds = Feeds::new(clients.config.clone(), settings.request_timeout, runtime);
        Self {
            config: clients.config,
            rollouts: clients.rollouts,
            sources: clients.sources,
            splits: clients.splits,
            compute: runtime.compute.clone(),
            feeds,
            identities,
            ignored_fields: IgnoredFields::new(&runtime.metrics),
            watches: Watches::new(settings.max_watches, &runtime.metrics),
        }
    }
}
