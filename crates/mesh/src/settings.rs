//! The settings of `vortex up`.

mod heartbeats;

use std::{io, path::PathBuf, time::Duration};

use vortex_config_svc::{CipherSettings, ReleasePolicy};
use vortex_gateway::{Network, SpringPrefix, WebhookSecret};
use vortex_git::Location;
use vortex_kit::{
    http::Address,
    settings::{About, Listens},
};
use vortex_notify::NotifySettings;
use vortex_rollout_svc::{GateSettings, Strategy};
use vortex_service::TokenSettings;

pub use heartbeats::HeartbeatSettings;

use crate::Data;

/// What the program is.
pub const ABOUT: About = About {
    name: "vortex up",
    version: env!("CARGO_PKG_VERSION"),
    summary: "Run everything in this process, on a store of its own",
    // the port for REST serves them
    admin: None,
    log: "warn",
    aliases: &[],
};

/// The settings of `vortex up`, beside those of every process.
#[derive(Clone, Debug, clap::Args)]
pub struct Settings {
    /// Folder for everything that is kept
    #[arg(long, value_name = "DIR", default_value = "vortex-data")]
    pub data: PathBuf,

    /// Keep nothing: everything is in a folder of its own, which goes with the process
    #[arg(long)]
    pub ephemeral: bool,

    /// Address to serve REST, health and metrics on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub http: Address,

    /// What the services' ports are counted from: config-svc serves gRPC at this + 1, and health
    /// and metrics at this + 9001; rollout-svc at + 2 and + 9002, drift-svc at + 3, heartbeat-ingest at + 4. 0 lets the system choose
    #[arg(long, value_name = "PORT", default_value_t = 9090)]
    pub grpc_base: u16,

    /// Whose tokens are taken.
    #[command(flatten)]
    pub tokens: TokenSettings,

    /// Git repository that feeds labels: a URL or a path
    #[arg(long, value_name = "URL-OR-PATH")]
    pub git: Option<Location>,

    /// File with USER:PASSWORD for a repository at https://
    #[arg(long, value_name = "FILE")]
    pub git_credentials_file: Option<PathBuf>,

    /// How often the repository is polled
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = vortex_kit::settings::positive_duration)]
    pub poll: Duration,

    /// What happens to commits after their import
    #[arg(long, value_name = "POLICY", default_value = "auto")]
    pub release: ReleasePolicy,

    /// How commits are rolled out where `--release rollout` is given
    #[arg(long, value_name = "STRATEGY", default_value = "conservative")]
    pub source_strategy: Strategy,

    /// Let a newer commit take the place of the one that is being rolled out
    #[arg(long)]
    pub source_supersede: bool,

    /// Path below which Spring's routes are, such as /config
    #[arg(long, value_name = "PATH", default_value = "")]
    pub spring_prefix: SpringPrefix,

    /// Proxies whose word on their clients' addresses counts: networks such as 10.0.0.0/8, by
    /// commas
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

    /// How instances report, and when they count as drifted.
    #[command(flatten)]
    pub heartbeats: HeartbeatSettings,

    /// Folders of the repository in which configuration is looked for beside its top, by commas,
    /// the last highest; with {application}, {profile}, {label}, * and **
    #[arg(long, value_name = "PATHS", value_delimiter = ',')]
    pub search_paths: Vec<String>,

    /// YAML or properties file with values that are above all that is served
    #[arg(long, value_name = "FILE")]
    pub overrides_file: Option<PathBuf>,

    /// The keys of encrypted values.
    #[command(flatten)]
    pub ciphers: CipherSettings,

    /// Who is told of what happens.
    #[command(flatten)]
    pub notify: NotifySettings,

    /// Whom queries and webhooks of rollouts may ask.
    #[command(flatten)]
    pub gates: GateSettings,
}

impl Listens for Settings {
    fn addresses(&self) -> Vec<&Address> {
        vec![&self.http]
    }
}

impl Settings {
    /// The folder for everything that is kept; one that goes away is made.
    ///
    /// # Errors
    /// When a temporary folder can't be made.
    pub(crate) fn open_data(&self) -> io::Result<Data> {
        if self.ephemeral {
            let folder = tempfile::Builder::new().prefix("vortex-").tempdir()?;
            return Ok(Data::Ephemeral(folder));
        }
        Ok(Data::Kept(self.data.clone()))
    }
}
