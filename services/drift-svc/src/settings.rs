//! The service's settings.

use std::path::Path;

use vortex_kit::{
    channel::Target,
    http::Address,
    settings::{About, ClientTls, Listens},
};
use vortex_service::{OwnKeySettings, TokenSettings};

pub use vortex_store::service::Location as StoreLocation;

/// The program's name and summary, for its help, and its defaults.
pub const ABOUT: About = About {
    name: "drift-svc",
    version: env!("CARGO_PKG_VERSION"),
    summary: "Knows which instances run what they should, and tells of those that don't",
    admin: Some("127.0.0.1:18093"),
    log: "info",
    aliases: &[],
};

/// The settings of a process of its own.
#[derive(Clone, Debug, clap::Args)]
pub struct ProcessSettings {
    /// The settings that it also has within another process.
    #[command(flatten)]
    pub drift: Settings,

    /// Whose tokens it takes.
    #[command(flatten)]
    pub tokens: TokenSettings,

    /// Address of config-svc
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9091")]
    pub config_svc: Target,

    /// Whether that is who it should be, and what is shown to it.
    #[command(flatten)]
    pub calls: ClientTls,

    /// Address to serve gRPC on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9093")]
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
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Drift")]
pub struct Settings {
    /// Where alerts and silences are kept: embedded:FOLDER
    #[arg(
        long,
        value_name = "STORE",
        default_value = "embedded:vortex-data/drift"
    )]
    pub store: StoreLocation,
}

impl Settings {
    /// The settings of a service that keeps alerts in `store`, with defaults for the rest.
    pub fn new(store: StoreLocation) -> Self {
        Self { store }
    }

    /// The folder beside the store, for what is no part of it.
    pub(crate) fn folder(&self) -> &Path {
        let StoreLocation::Embedded(folder) = &self.store;
        folder.parent().unwrap_or(Path::new("."))
    }
}
