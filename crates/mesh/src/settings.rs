//! The settings of `vortex up`.

use crate::Data;
use std::{io, net::SocketAddr, path::PathBuf, time::Duration};
use vortex_config_svc::ReleasePolicy;
use vortex_gateway::{Network, SpringPrefix};
use vortex_git::Location;
use vortex_kit::telemetry::LogFormat;
use vortex_rollout_svc::SourceStrategy;

/// The settings of `vortex up`.
#[derive(Clone, Debug, clap::Args)]
pub struct Settings {
    /// Folder for everything that is kept
    #[arg(
        long,
        value_name = "DIR",
        env = "VORTEX_DATA",
        default_value = "vortex-data"
    )]
    pub data: PathBuf,

    /// Keep nothing: everything is in a folder of its own, which goes with the process
    #[arg(long, env = "VORTEX_EPHEMERAL")]
    pub ephemeral: bool,

    /// Address to serve REST, health and metrics on
    #[arg(
        long,
        value_name = "ADDR",
        env = "VORTEX_HTTP",
        default_value = "127.0.0.1:8080"
    )]
    pub http: SocketAddr,

    /// First of the gRPC ports: federation-svc's, then config-svc's and so on; 0 lets the system
    /// choose
    #[arg(
        long,
        value_name = "PORT",
        env = "VORTEX_GRPC_BASE",
        default_value_t = 9090
    )]
    pub grpc_base: u16,

    /// Git repository that feeds labels: a URL or a path
    #[arg(
        long,
        value_name = "URL-OR-PATH",
        env = "VORTEX_GIT",
        hide_env_values = true
    )]
    pub git: Option<Location>,

    /// How often the repository is polled
    #[arg(long, value_name = "TIME", env = "VORTEX_POLL", default_value = "10s", value_parser = vortex_kit::settings::positive_duration)]
    pub poll: Duration,

    /// What happens to commits after their import
    #[arg(
        long,
        value_name = "POLICY",
        env = "VORTEX_RELEASE",
        default_value = "auto"
    )]
    pub release: ReleasePolicy,

    /// How commits are rolled out where `--release rollout` is given
    #[arg(
        long,
        value_name = "STRATEGY",
        env = "VORTEX_SOURCE_STRATEGY",
        default_value = "conservative"
    )]
    pub source_strategy: SourceStrategy,

    /// Path below which Spring's routes are, such as /config
    #[arg(
        long,
        value_name = "PATH",
        env = "VORTEX_SPRING_PREFIX",
        default_value = ""
    )]
    pub spring_prefix: SpringPrefix,

    /// Proxies whose word on their clients' addresses counts: networks such as 10.0.0.0/8, by
    /// commas
    #[arg(
        long,
        value_name = "CIDR",
        env = "VORTEX_TRUSTED_PROXIES",
        value_delimiter = ','
    )]
    pub trusted_proxies: Vec<Network>,

    /// Take the user of Basic credentials for the instance that reads, where X-Vortex-Instance does
    /// not say: only where each instance has a user of its own
    #[arg(long, env = "VORTEX_BASIC_USER_IS_INSTANCE")]
    pub basic_user_is_instance: bool,

    /// Serve callers beyond this machine, although nothing authenticates them yet
    #[arg(long, env = "VORTEX_INSECURE")]
    pub insecure: bool,

    /// Format of log lines
    #[arg(
        long,
        value_name = "FORMAT",
        env = "VORTEX_LOG_FORMAT",
        default_value = "text"
    )]
    pub log_format: LogFormat,

    /// What to log: a level, or a list such as warn,vortex_kit=debug
    #[arg(
        long,
        value_name = "FILTER",
        env = "VORTEX_LOG",
        default_value = "warn"
    )]
    pub log: String,

    /// Time between saying "not ready" and closing the ports
    #[arg(long, value_name = "TIME", env = "VORTEX_DRAIN_DELAY", default_value = "0s", value_parser = vortex_kit::settings::duration)]
    pub drain_delay: Duration,

    /// Time for calls under way to end, and streams to move elsewhere
    #[arg(long, value_name = "TIME", env = "VORTEX_DRAIN_TIMEOUT", default_value = "20s", value_parser = vortex_kit::settings::duration)]
    pub drain_timeout: Duration,
}

impl Settings {
    /// The folder for everything that is kept; one that goes away is made.
    ///
    /// # Errors
    /// When a temporary folder can't be made.
    pub fn open_data(&self) -> io::Result<Data> {
        if self.ephemeral {
            let folder = tempfile::Builder::new().prefix("vortex-").tempdir()?;
            return Ok(Data::Ephemeral(folder));
        }
        Ok(Data::Kept(self.data.clone()))
    }
}
