//! The services behind the gateway.

mod watches;

use vortex_kit::{channel::Channel, grpc::MAX_MESSAGE_BYTES, process::Runtime};
use vortex_proto::config::v1::{
    config_service_client::ConfigServiceClient, source_service_client::SourceServiceClient,
};

pub(crate) use watches::Watches;

use crate::{api::Feeds, config::Settings, spring::Environments};

/// Clients of the services; a clone shares the channel.
#[derive(Clone, Debug)]
pub(crate) struct Services {
    config: ConfigServiceClient<Channel>,
    sources: SourceServiceClient<Channel>,
    watches: Watches,
    feeds: Feeds,
    environments: Environments,
}

impl Services {
    /// Clients of config-svc behind `channel`.
    pub(crate) fn new(channel: Channel, settings: &Settings, runtime: &Runtime) -> Self {
        let config = ConfigServiceClient::new(channel.clone())
            .max_decoding_message_size(MAX_MESSAGE_BYTES)
            .max_encoding_message_size(MAX_MESSAGE_BYTES);
        Self {
            feeds: Feeds::new(config.clone(), settings.request_timeout, runtime),
            config,
            sources: SourceServiceClient::new(channel),
            watches: Watches::new(settings.max_watches, &runtime.metrics),
            environments: Environments::default(),
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

    /// Environments kept ready.
    pub(crate) fn environments(&self) -> &Environments {
        &self.environments
    }

    /// What those who watch the same are told.
    pub(crate) fn feeds(&self) -> &Feeds {
        &self.feeds
    }

    /// The room for watches.
    pub(crate) fn watches(&self) -> &Watches {
        &self.watches
    }
}
