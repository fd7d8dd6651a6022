//! The gateway's settings.

mod network;
mod prefix;
mod webhook;

use std::{net::SocketAddr, time::Duration};

use vortex_kit::{
    channel::Target,
    http::Address,
    settings::{ClientTls, Listens},
};
use vortex_service::{OwnKeySettings, PerService, ServiceName, TokenSettings};

pub use network::{InvalidNetwork, Network};
pub(crate) use prefix::is_of_ciphers;
pub use prefix::{InvalidPrefix, SpringPrefix};
pub use webhook::{InvalidSecret, WebhookSecret};

/// The settings of a gateway that runs as its own process.
#[derive(Clone, Debug, clap::Args)]
pub struct ProcessSettings {
    /// The settings that apply in any process.
    #[command(flatten)]
    pub gateway: Settings,

    /// Whose tokens it takes.
    #[command(flatten)]
    pub tokens: TokenSettings,

    /// Where config-svc is
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9091")]
    pub config_svc: Target,

    /// Where rollout-svc is
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9092")]
    pub rollout_svc: Target,

    /// Where drift-svc is
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9093")]
    pub drift_svc: Target,

    /// Where heartbeat-ingest is
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9094")]
    pub heartbeat_ingest: Target,

    /// Whom it trusts of these, and what it shows them.
    #[command(flatten)]
    pub calls: ClientTls,

    /// The key it shows.
    #[command(flatten)]
    pub own_key: OwnKeySettings,
}

impl ProcessSettings {
    /// Where each service is.
    pub(crate) fn targets(&self) -> PerService<&Target> {
        PerService::from_fn(|service| match service {
            ServiceName::Config => &self.config_svc,
            ServiceName::Rollout => &self.rollout_svc,
            ServiceName::Drift => &self.drift_svc,
            ServiceName::Ingest => &self.heartbeat_ingest,
        })
    }
}

impl Listens for ProcessSettings {
    fn addresses(&self) -> Vec<&Address> {
        vec![&self.gateway.http]
    }

    fn calls(&self) -> Option<&ClientTls> {
        Some(&self.calls)
    }
}

/// The gateway's settings in any process.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
#[command(next_help_heading = "Gateway")]
pub struct Settings {
    /// Address to serve REST on, with health and metrics
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub http: Address,

    /// Path below which Spring's routes are, such as /config
    #[arg(long, value_name = "PATH", default_value = "")]
    pub spring_prefix: SpringPrefix,

    /// Proxies trusted to name their clients' addresses: networks such as 10.0.0.0/8, by commas
    #[arg(long, value_name = "CIDR", value_delimiter = ',')]
    pub trusted_proxies: Vec<Network>,

    /// Take the user of Basic credentials for the instance that reads, where X-Vortex-Instance does
    /// not say: only where each instance has a user of its own
    #[arg(long)]
    pub basic_user_is_instance: bool,

    /// File with the secret that Git hosts sign their notifications at /monitor with; others are
    /// refused then
    #[arg(long, value_name = "FILE")]
    pub webhook_secret_file: Option<WebhookSecret>,

    /// Time for a request, from its head to the head of its answer
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = vortex_kit::settings::positive_duration)]
    pub request_timeout: Duration,

    /// Time for a request's head to arrive
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = vortex_kit::settings::positive_duration)]
    pub head_timeout: Duration,

    /// Time a connection is kept between two requests
    #[arg(long, value_name = "TIME", default_value = "75s", value_parser = vortex_kit::settings::positive_duration)]
    pub idle_timeout: Duration,

    /// Time in which a caller must read something of its answer
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = vortex_kit::settings::positive_duration)]
    pub write_timeout: Duration,

    /// Connections at once; further ones wait
    #[arg(long, value_name = "COUNT", default_value_t = 10_000)]
    pub max_connections: usize,

    /// Requests under way at once; further ones are refused
    #[arg(long, value_name = "COUNT", default_value_t = 4_096)]
    pub max_requests: usize,

    /// Watches open at once; further ones are refused
    #[arg(long, value_name = "COUNT", default_value_t = 10_000)]
    pub max_watches: usize,

    /// WebSocket connections that begin in a second; further ones are told to come back. 0 is no
    /// limit
    #[arg(long, value_name = "COUNT", default_value_t = 2_000)]
    pub websocket_rate: u32,

    /// Log every request, not only those that fail
    #[arg(long)]
    pub access_log: bool,
}

impl Default for Settings {
    /// The defaults that `--help` shows.
    fn default() -> Self {
        Self {
            http: SocketAddr::from(([127, 0, 0, 1], 8080)).into(),
            spring_prefix: SpringPrefix::default(),
            trusted_proxies: Vec::new(),
            basic_user_is_instance: false,
            webhook_secret_file: None,
            request_timeout: Duration::from_secs(10),
            head_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(75),
            write_timeout: Duration::from_secs(30),
            max_connections: 10_000,
            max_requests: 4_096,
            max_watches: 10_000,
            websocket_rate: 2_000,
            access_log: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::{Args, Command, FromArgMatches};

    use super::*;

    #[test]
    fn what_holds_when_nothing_is_set_is_what_help_says() {
        let command = ProcessSettings::augment_args(Command::new("gateway"));
        let matches = command.get_matches_from(["gateway"]);
        let settings = ProcessSettings::from_arg_matches(&matches).unwrap();
        assert_eq!(settings.gateway, Settings::default());
    }
}
