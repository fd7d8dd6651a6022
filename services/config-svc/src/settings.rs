//! The service's settings.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use vortex_git::Location;
use vortex_kit::{http::Address, settings::Listens};
use vortex_service::{OwnKeySettings, TokenSettings};

use crate::{
    ciphers::CipherSettings,
    domain::{ClusterId, SourceName},
    source::{CredentialsError, GitSettings, ReleasePolicy, read_credentials},
};

pub use vortex_kit::settings::About;
pub use vortex_store::service::Location as StoreLocation;

/// The program's name and description, for its help and its defaults.
pub const ABOUT: About = About {
    name: "config-svc",
    version: env!("CARGO_PKG_VERSION"),
    summary: "Holds all configuration and serves it over gRPC",
    admin: Some("127.0.0.1:18091"),
    log: "info",
    aliases: &[],
};

/// The settings of a service that is a process of its own.
#[derive(Clone, Debug, clap::Args)]
pub struct ProcessSettings {
    /// The settings it has in any process.
    #[command(flatten)]
    pub service: Settings,

    /// Whose tokens it takes.
    #[command(flatten)]
    pub tokens: TokenSettings,

    /// Address to serve gRPC on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9091")]
    pub grpc: Address,
}

impl Listens for ProcessSettings {
    fn addresses(&self) -> Vec<&Address> {
        vec![&self.grpc]
    }
}

/// The service's settings in any process.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Configuration")]
pub struct Settings {
    /// Where configuration is kept: embedded:FOLDER
    #[arg(
        long,
        value_name = "STORE",
        default_value = "embedded:vortex-data/config"
    )]
    pub store: StoreLocation,

    /// Name of this cluster, among those that hold the same configuration
    #[arg(long, value_name = "NAME", default_value_t)]
    pub cluster: ClusterId,

    /// Git repository that feeds labels: a URL or a path
    #[arg(long, value_name = "URL-OR-PATH")]
    pub git: Option<Location>,

    /// Name of the Git source
    #[arg(long, value_name = "NAME", default_value = "git")]
    pub git_name: SourceName,

    /// File with USER:PASSWORD for a repository at https://
    #[arg(long, value_name = "FILE")]
    pub git_credentials_file: Option<PathBuf>,

    /// How often the repository is polled
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = vortex_kit::settings::positive_duration)]
    pub git_poll: Duration,

    /// How long one poll of the repository may take
    #[arg(long, value_name = "TIME", default_value = "1m", value_parser = vortex_kit::settings::positive_duration)]
    pub git_timeout: Duration,

    /// What happens to commits after their import
    #[arg(long, value_name = "POLICY", default_value = "auto")]
    pub git_release: ReleasePolicy,

    /// Folder for the mirror of a repository behind a URL; beside the store by default
    #[arg(long, value_name = "FOLDER")]
    pub git_mirror: Option<PathBuf>,

    /// Folders of the repository in which configuration is looked for beside its top, by commas,
    /// the last highest; with {application}, {profile}, {label}, * and **
    #[arg(long, value_name = "PATHS", value_delimiter = ',')]
    pub git_search_paths: Vec<String>,

    /// YAML or properties file with values that are above all that is served
    #[arg(long, value_name = "FILE")]
    pub overrides_file: Option<PathBuf>,

    /// The keys of encrypted values.
    #[command(flatten)]
    pub ciphers: CipherSettings,

    /// The key that other services show.
    #[command(flatten)]
    pub own_key: OwnKeySettings,
}

impl Settings {
    /// How long one poll of a repository may take, by default.
    pub const DEFAULT_GIT_TIMEOUT: Duration = Duration::from_secs(60);

    /// The name of the Git source, by default.
    pub fn default_git_name() -> SourceName {
        SourceName::trusted("git")
    }

    /// The same with the credentials that are in a file.
    pub(crate) fn with_credentials(mut self) -> Result<Self, CredentialsError> {
        if let (Some(file), Some(git)) = (&self.git_credentials_file, &self.git) {
            self.git = Some(read_credentials(git.clone(), file)?);
        }
        Ok(self)
    }

    /// The sources that are configured.
    pub fn git_sources(&self) -> Vec<GitSettings> {
        let source = |location: &Location| GitSettings {
            name: self.git_name.clone(),
            location: location.clone(),
            mirror: self.mirror(),
            poll: self.git_poll,
            timeout: self.git_timeout,
            release: self.git_release,
            search_paths: self.git_search_paths.clone(),
        };
        self.git.iter().map(source).collect()
    }

    /// The folder beside the store, for what is no part of it.
    pub fn folder(&self) -> &Path {
        let StoreLocation::Embedded(folder) = &self.store;
        folder.parent().unwrap_or(Path::new("."))
    }

    fn mirror(&self) -> PathBuf {
        self.git_mirror.clone().unwrap_or_else(|| {
            let StoreLocation::Embedded(folder) = &self.store;
            let mut mirror = folder.clone().into_os_string();
            mirror.push(".git-mirror");
            mirror.into()
        })
    }
}
