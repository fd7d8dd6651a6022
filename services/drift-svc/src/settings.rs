//! The service's settings.

use std::{path::Path, time::Duration};

use vortex_kit::{
    channel::Target,
    http::Address,
    settings::{About, ClientTls, Listens},
};
use vortex_notify::NotifySettings;
use vortex_service::{OwnKeySettings, TokenSettings};

use crate::domain::{Limits, Rules};

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

    /// Who is told of alerts.
    #[command(flatten)]
    pub notify: NotifySettings,

    /// Time that an instance may run another version after what it should run has changed
    #[arg(long, value_name = "TIME", default_value = "1m", value_parser = vortex_kit::settings::positive_duration)]
    pub grace: Duration,

    /// Intervals that an instance may miss before it is stale
    #[arg(long, value_name = "COUNT", default_value_t = Settings::MISSED, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub missed_intervals: u32,

    /// Time after which a stale instance is forgotten
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = vortex_kit::settings::positive_duration)]
    pub ttl: Duration,

    /// Versions back that an instance may run and still count as in sync
    #[arg(long, value_name = "COUNT", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=15))]
    pub version_tolerance: u8,

    /// Percentage of a fleet that has to drift for an alert
    #[arg(long, value_name = "PERCENT", default_value_t = Settings::THRESHOLD, value_parser = clap::value_parser!(u8).range(1..=100))]
    pub alert_threshold: u8,

    /// Time for which it has to be over that, or below half of it again
    #[arg(long, value_name = "TIME", default_value = "1m", value_parser = vortex_kit::settings::positive_duration)]
    pub alert_for: Duration,

    /// Instances that are kept; the reports of others are dropped
    #[arg(long, value_name = "COUNT", default_value_t = Settings::MAX_INSTANCES)]
    pub max_instances: u64,
}

impl Settings {
    /// The default number of intervals that an instance may miss.
    pub const MISSED: u32 = 3;
    /// The default percentage of a fleet that has to drift for an alert.
    pub const THRESHOLD: u8 = 10;
    /// The default number of instances that are kept.
    pub const MAX_INSTANCES: u64 = 10_000_000;

    /// The settings of a service that keeps alerts in `store`, with defaults for the rest.
    pub fn new(store: StoreLocation) -> Self {
        Self {
            store,
            notify: NotifySettings::default(),
            grace: Duration::from_secs(60),
            missed_intervals: Self::MISSED,
            ttl: Duration::from_secs(300),
            version_tolerance: 0,
            alert_threshold: Self::THRESHOLD,
            alert_for: Duration::from_secs(60),
            max_instances: Self::MAX_INSTANCES,
        }
    }

    /// By what instances are judged.
    pub(crate) fn rules(&self) -> Rules {
        let tolerance = self.version_tolerance.into();
        Rules::new(self.grace, self.ttl, self.missed_intervals, tolerance)
    }

    /// By what alerts begin and end.
    pub(crate) fn limits(&self) -> Limits {
        let threshold = f64::from(self.alert_threshold) / 100.0;
        Limits::new(threshold, self.alert_for, self.ttl)
    }

    /// The folder beside the store, for what is no part of it.
    pub(crate) fn folder(&self) -> &Path {
        let StoreLocation::Embedded(folder) = &self.store;
        folder.parent().unwrap_or(Path::new("."))
    }
}

#[cfg(test)]
mod tests {
    use clap::{Args, Command, FromArgMatches};

    use super::*;

    #[test]
    fn what_holds_when_nothing_is_set_is_what_help_says() {
        let command = ProcessSettings::augment_args(Command::new("drift-svc"));
        let matches = command.get_matches_from(["drift-svc"]);
        let set = ProcessSettings::from_arg_matches(&matches).unwrap().drift;
        let new = Settings::new(set.store.clone());
        assert_eq!(set.rules(), new.rules());
        assert_eq!(set.rules(), Rules::default());
        assert_eq!(set.limits(), new.limits());
        assert_eq!(set.max_instances, new.max_instances);
    }
}
