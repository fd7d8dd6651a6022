//! The service's settings.

use vortex_kit::{
    channel::Target,
    http::Address,
    settings::{About, ClientTls, Listens},
};
use vortex_service::{OwnKeySettings, TokenSettings};

/// The program's name and summary, for its help, and its defaults.
pub const ABOUT: About = About {
    name: "heartbeat-ingest",
    version: env!("CARGO_PKG_VERSION"),
    summary: "Takes the heartbeats of instances, and passes on what they say",
    admin: Some("127.0.0.1:18094"),
    log: "info",
    aliases: &[],
};

/// The settings of a process of its own.
#[derive(Clone, Debug, clap::Args)]
pub struct ProcessSettings {
    /// The settings that it also has within another process.
    #[command(flatten)]
    pub ingest: Settings,

    /// Whose tokens it takes.
    #[command(flatten)]
    pub tokens: TokenSettings,

    /// Address of config-svc
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9091")]
    pub config_svc: Target,

    /// Address of rollout-svc
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9092")]
    pub rollout_svc: Target,

    /// Address of drift-svc
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9093")]
    pub drift_svc: Target,

    /// Whether these are who they should be, and what is shown to them.
    #[command(flatten)]
    pub calls: ClientTls,

    /// Address to serve gRPC on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9094")]
    pub grpc: Address,

    /// The key it shows.
    #[command(flatten)]
    pub own_key: OwnKeySettings,
}

impl Listens for ProcessSettings {
    fn addresses(&self) -> Vec<&Address> {
        vec![&self.grpc]
    }

    fn calls(&self) -> Option<&ClientTls> {
        Some(&self.calls)
    }
}

/// The service's settings in a process of its own or within another.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Heartbeats")]
pub struct Settings {}
