//! The services behind the gateway.

mod watches;

use std::sync::Arc;

use metrics::Counter;
use vortex_kit::{channel::Channel, compute::Compute, process::Runtime};
use vortex_proto::{
    config::v1::{
        config_service_client::ConfigServiceClient, source_service_client::SourceServiceClient,
        split_service_client::SplitServiceClient,
    },
    rollout::v1::rollout_service_client::RolloutServiceClient,
};
use vortex_service::{Limited, PerService, ServiceName};

pub(crate) use watches::Watches;

use crate::{
    api::Feeds,
    config::Settings,
    extract::Identities,
    spring::{Environments, Room},
};

/// Clients of the services, and what their routes share; a clone shares the channels.
#[derive(Clone, Debug)]
pub(crate) struct Services {
    config: ConfigServiceClient<Channel>,
    sources: SourceServiceClient<Channel>,
    splits: SplitServiceClient<Channel>,
    rollouts: RolloutServiceClient<Channel>,
    watches: Watches,
    feeds: Feeds,
    environments: Environments,
    compute: Compute,
    forms: Room,
    identities: Arc<Identities>,
    ignored_fields: Counter,
}

impl Services {
    /// Clients of the services behind `channels`.
    pub(crate) fn new(
        channels: &PerService<Channel>,
        settings: &Settings,
        runtime: &Runtime,
    ) -> Self {
        let config = channels[ServiceName::Config].clone();
        let rollout = channels[ServiceName::Rollout].clone();
        let client = ConfigServiceClient::limited(config.clone());
        let help = "Fields of reported figures that are not known, and were passed over";
        let metrics = &runtime.metrics;
        Self {
            feeds: Feeds::new(client.clone(), settings.request_timeout, runtime),
            config: client,
            sources: SourceServiceClient::limited(config.clone()),
            splits: SplitServiceClient::limited(config),
            rollouts: RolloutServiceClient::limited(rollout),
            watches: Watches::new(settings.max_watches, metrics),
            environments: Environments::default(),
            identities: Arc::new(Identities::of(settings)),
            compute: runtime.compute.clone(),
            forms: Room::default(),
            ignored_fields: metrics.counter("vortex_ignored_fields_total", help, &[]),
        }
    }

    /// A client to make one call with.
    pub(crate) fn config(&self) -> ConfigServiceClient<Channel> {
        self.config.clone()
    }

    /// A client to make one call with.
    pub(crate) fn sources(&self) -> SourceServiceClient<Channel> {
        self.sources.clone()
    }

    /// A client to make one call with.
    pub(crate) fn splits(&self) -> SplitServiceClient<Channel> {
        self.splits.clone()
    }

    /// A client to make one call with.
    pub(crate) fn rollouts(&self) -> RolloutServiceClient<Channel> {
        self.rollouts.clone()
    }

    /// What tells instances apart that don't say who they are.
    pub(crate) fn identities(&self) -> &Identities {
        &self.identities
    }

    /// Counts fields that were passed over.
    pub(crate) fn ignored_fields(&self) -> &Counter {
        &self.ignored_fields
    }

    /// Environments kept ready.
    pub(crate) fn environments(&self) -> &Environments {
        &self.environments
    }

    /// The places for answers that take long to write.
    pub(crate) fn compute(&self) -> &Compute {
        &self.compute
    }

    /// The room for flat forms that are being sent.
    pub(crate) fn forms(&self) -> &Room {
        &self.forms
    }

    /// The events for all who watch the same.
    pub(crate) fn feeds(&self) -> &Feeds {
        &self.feeds
    }

    /// The room for watches.
    pub(crate) fn watches(&self) -> &Watches {
        &self.watches
    }
}
