//! The service's settings.

use std::time::Duration;

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
#[derive(Clone, Debug, PartialEq, clap::Args)]
#[command(next_help_heading = "Heartbeats")]
pub struct Settings {
    /// Time between two reports of an instance, while there is room for all
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = vortex_kit::settings::positive_duration)]
    pub interval: Duration,

    /// Time for which reports are gathered before they are passed on, a minute at most
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = window)]
    pub window: Duration,

    /// Reports a second that are taken in all; 0 means any number
    #[arg(long, value_name = "COUNT", default_value_t = Settings::MAX_REPORTS)]
    pub max_reports: u32,

    /// Reports a second that are taken of one application; 0 means any number
    #[arg(long, value_name = "COUNT", default_value_t = Settings::MAX_APP_REPORTS)]
    pub max_app_reports: u32,

    /// Reports a second that are taken from one caller; 0 means any number
    #[arg(long, value_name = "COUNT", default_value_t = Settings::MAX_CLIENT_REPORTS)]
    pub max_client_reports: u32,

    /// Instances that a window has at most
    #[arg(long, value_name = "COUNT", default_value_t = Settings::MAX_INSTANCES)]
    pub max_instances: usize,
}

impl Settings {
    /// The default interval.
    pub const INTERVAL: Duration = Duration::from_secs(30);
    /// The default length of a window.
    pub const WINDOW: Duration = Duration::from_secs(5);
    /// The default limit of all reports.
    pub const MAX_REPORTS: u32 = 200_000;
    /// The default limit of one application's reports.
    pub const MAX_APP_REPORTS: u32 = 100_000;
    /// The default limit of one caller's reports.
    pub const MAX_CLIENT_REPORTS: u32 = 50_000;
    /// The default number of instances of a window.
    pub const MAX_INSTANCES: usize = 1_000_000;
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            interval: Self::INTERVAL,
            window: Self::WINDOW,
            max_reports: Self::MAX_REPORTS,
            max_app_reports: Self::MAX_APP_REPORTS,
            max_client_reports: Self::MAX_CLIENT_REPORTS,
            max_instances: Self::MAX_INSTANCES,
        }
    }
}

/// Reads a length of windows: a minute at most.
///
/// # Errors
/// What is wrong with it.
pub fn window(text: &str) -> Result<Duration, String> {
    let given = vortex_kit::settings::positive_duration(text).map_err(|error| error.to_string())?;
    match given <= Duration::from_secs(60) {
        true => Ok(given),
        false => Err("it is a minute at most".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::{Args, Command, FromArgMatches};

    use super::*;

    fn settings(args: &[&str]) -> Result<Settings, clap::Error> {
        let command = ProcessSettings::augment_args(Command::new("heartbeat-ingest"));
        let args = ["heartbeat-ingest"].iter().chain(args);
        let matches = command.try_get_matches_from(args)?;
        Ok(ProcessSettings::from_arg_matches(&matches)?.ingest)
    }

    #[test]
    fn what_holds_when_nothing_is_set_is_what_help_says() {
        assert_eq!(settings(&[]).unwrap(), Settings::default());
    }

    #[test]
    fn a_window_is_a_minute_at_most() {
        assert_eq!(settings(&["--window", "1m"]).unwrap().window.as_secs(), 60);
        assert!(settings(&["--window", "61s"]).is_err());
        assert!(settings(&["--window", "0s"]).is_err());
    }
}
