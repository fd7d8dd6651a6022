//! The service's settings.

use std::{path::Path, time::Duration};

use clap::{ValueEnum, builder::PossibleValue};
use vortex_kit::{
    channel::Target,
    http::Address,
    settings::{ClientTls, Listens},
};
use vortex_notify::NotifySettings;
use vortex_service::{OwnKeySettings, TokenSettings};

use crate::{
    domain::{BreakerLimits, SourcePolicy, Strategy},
    engine::Keep,
    gates::GateSettings,
};

pub(crate) use vortex_kit::settings::About;
pub use vortex_store::service::Location as StoreLocation;

/// The program's name and summary, for its help, and its defaults.
pub const ABOUT: About = About {
    name: "rollout-svc",
    version: env!("CARGO_PKG_VERSION"),
    summary: "Rolls staged configuration out, and judges the effect by reported figures",
    admin: Some("127.0.0.1:18092"),
    log: "info",
    aliases: &[],
};

/// The settings of a process of its own.
#[derive(Clone, Debug, clap::Args)]
pub struct ProcessSettings {
    /// The settings that it also has within another process.
    #[command(flatten)]
    pub rollout: Settings,

    /// Whose tokens it takes.
    #[command(flatten)]
    pub tokens: TokenSettings,

    /// Address of config-svc
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9091")]
    pub config_svc: Target,

    /// Address of drift-svc, which knows the instances
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9093")]
    pub drift_svc: Target,

    /// Whether that is who it should be, and what is shown to it.
    #[command(flatten)]
    pub calls: ClientTls,

    /// Address to serve gRPC on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9092")]
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
#[command(next_help_heading = "Rollouts")]
pub struct Settings {
    /// Where rollouts are kept: embedded:FOLDER
    #[arg(
        long,
        value_name = "STORE",
        default_value = "embedded:vortex-data/rollout"
    )]
    pub store: StoreLocation,

    /// Automatic rollbacks within the breaker's window, above which it opens
    #[arg(long, value_name = "COUNT", default_value_t = Settings::BREAKER.max_rollbacks)]
    pub breaker_max_rollbacks: u32,

    /// Time within which the breaker counts rollbacks
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = vortex_kit::settings::positive_duration)]
    pub breaker_window: Duration,

    /// Days that ended rollouts are kept
    #[arg(long, value_name = "DAYS", default_value_t = Settings::KEEP_DAYS)]
    pub keep_days: u32,

    /// Number of ended rollouts that are kept
    #[arg(long, value_name = "COUNT", default_value_t = Settings::KEEP_COUNT)]
    pub keep_count: usize,

    /// How commits of sources with the release policy `rollout` are rolled out
    #[arg(long, value_name = "STRATEGY", default_value = "conservative")]
    pub source_strategy: Strategy,

    /// Let a newer commit take the place of the one that is being rolled out
    #[arg(long)]
    pub source_supersede: bool,

    /// Who is told of what happens.
    #[command(flatten)]
    pub notify: NotifySettings,

    /// Whom queries and webhooks of rollouts may ask.
    #[command(flatten)]
    pub gates: GateSettings,
}

impl ValueEnum for Strategy {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Conservative, Self::Aggressive, Self::Immediate]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, help) = match self {
            Self::Conservative => (
                "conservative",
                "1, 5, 25, 50, 100 % of instances for 5, 5, 10, 10, 0 minutes",
            ),
            Self::Aggressive => ("aggressive", "10, 50, 100 % for 5, 5, 0 minutes"),
            Self::Immediate => (
                "immediate",
                "100 % at once, and completed by the first figures that pass",
            ),
        };
        Some(PossibleValue::new(name).help(help))
    }
}

impl Settings {
    /// The default limits of the breaker.
    pub const BREAKER: BreakerLimits = BreakerLimits {
        max_rollbacks: 3,
        window: Duration::from_secs(600),
    };
    /// The default number of days that ended rollouts are kept.
    pub const KEEP_DAYS: u32 = 90;
    /// The default number of ended rollouts that are kept.
    pub const KEEP_COUNT: usize = 10_000;

    /// The settings of a service that keeps rollouts in `store`, with defaults for the rest.
    pub fn new(store: StoreLocation) -> Self {
        Self {
            store,
            breaker_max_rollbacks: Self::BREAKER.max_rollbacks,
            breaker_window: Self::BREAKER.window,
            keep_days: Self::KEEP_DAYS,
            keep_count: Self::KEEP_COUNT,
            source_strategy: Strategy::default(),
            source_supersede: false,
            notify: NotifySettings::default(),
            gates: GateSettings::default(),
        }
    }

    /// The limits of the breaker.
    pub fn breaker(&self) -> BreakerLimits {
        BreakerLimits {
            max_rollbacks: self.breaker_max_rollbacks,
            window: self.breaker_window,
        }
    }

    /// The folder beside the store, for what is no part of it.
    pub(crate) fn folder(&self) -> &Path {
        let StoreLocation::Embedded(folder) = &self.store;
        folder.parent().unwrap_or(Path::new("."))
    }

    /// How commits of sources are rolled out.
    pub(crate) fn source_policy(&self) -> SourcePolicy {
        SourcePolicy {
            strategy: self.source_strategy,
            supersede: self.source_supersede,
        }
    }

    /// How many ended rollouts are kept, and for how long.
    pub fn keep(&self) -> Keep {
        Keep {
            time: Duration::from_secs(24 * 3_600).saturating_mul(self.keep_days),
            count: self.keep_count,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::{Args, Command, FromArgMatches};

    use super::*;

    #[test]
    fn what_holds_when_nothing_is_set_is_what_help_says() {
        let command = ProcessSettings::augment_args(Command::new("rollout-svc"));
        let matches = command.get_matches_from(["rollout-svc"]);
        let set = ProcessSettings::from_arg_matches(&matches).unwrap().rollout;
        let new = Settings::new(set.store.clone());
        assert_eq!(set.breaker(), new.breaker());
        assert_eq!(set.keep(), new.keep());
        assert_eq!(set.source_policy(), new.source_policy());
        assert_eq!(set.store.to_string(), "embedded:vortex-data/rollout");
    }
}
