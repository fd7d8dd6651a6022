//! The state of the handlers under `/api`. Each takes only the parts it needs.

use std::sync::Arc;

use axum::extract::FromRef;
use vortex_kit::{compute::Compute, process::Runtime};

use super::{open_watches::OpenWatches, when::Now};
use crate::{
    clients::{
        AuditClient, CipherClient, Clients, ConfigClient, DriftClient, FreezeClient,
        HeartbeatClient, KeyClient, OverrideClient, RolloutClient, SourceClient, SplitClient,
    },
    extract::{IdentityRules, IgnoredFields},
    feeds::Feeds,
    settings::{Settings, WebhookSecret},
    sockets::Sockets,
    views::Views,
};

/// The router's state. Handlers take its fields, by `FromRef`. A clone is a pointer: axum makes
/// several for each request.
#[derive(Clone, Debug)]
pub(crate) struct ApiState(Arc<Parts>);

/// Defines the fields, and how handlers take them.
macro_rules! parts {
    ($($part:ident: $type:ty,)+) => {
        #[derive(Debug)]
        struct Parts {
            $($part: $type,)+
        }

        $(impl FromRef<ApiState> for $type {
            fn from_ref(state: &ApiState) -> Self {
                state.0.$part.clone()
            }
        })+
    };
}

parts! {
    config: ConfigClient,
    ciphers: CipherClient,
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
    views: Views,
    identity_rules: Arc<IdentityRules>,
    ignored_fields: IgnoredFields,
    watches: OpenWatches,
    sockets: Sockets,
    now: Now,
    webhook_secret: Option<Arc<WebhookSecret>>,
}

impl ApiState {
    /// The state of a router that calls the services with `clients`.
    pub(crate) fn new(
        clients: Clients,
        views: Views,
        identity_rules: Arc<IdentityRules>,
        settings: &Settings,
        runtime: &Runtime,
    ) -> Self {
        let timeout = settings.request_timeout;
        let feeds = Feeds::new(clients.config.clone(), views.clone(), timeout, runtime);
        let sockets = Sockets::new(feeds.clone(), clients.config.clone(), settings, runtime);
        Self(Arc::new(Parts {
            config: clients.config,
            ciphers: clients.ciphers,
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
            views,
            identity_rules,
            ignored_fields: IgnoredFields::new(&runtime.metrics),
            watches: OpenWatches::new(settings.max_watches, runtime),
            sockets,
            now: Now::new(runtime.clock.clone()),
            webhook_secret: settings.webhook_secret_file.clone().map(Arc::new),
        }))
    }
}
