//! The settings of heartbeats and drift within `vortex up`.

use std::time::Duration;

use vortex_drift_svc::StoreLocation;
use vortex_kit::settings::positive_duration;
use vortex_notify::NotifySettings;

/// How instances report, and when they count as drifted.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Heartbeats and drift")]
pub struct HeartbeatSettings {
    /// Time between two reports of an instance, while there is room for all
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = positive_duration)]
    pub heartbeat_interval: Duration,

    /// Time for which reports are gathered before they are looked at, a minute at most
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = vortex_heartbeat_ingest::window)]
    pub heartbeat_window: Duration,

    /// Time that an instance may run another version after what it should run has changed
    #[arg(long, value_name = "TIME", default_value = "1m", value_parser = positive_duration)]
    pub drift_grace: Duration,

    /// Time after which a stale instance is forgotten
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = positive_duration)]
    pub drift_ttl: Duration,

    /// Versions back that an instance may run and still count as in sync
    #[arg(long, value_name = "COUNT", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=15))]
    pub drift_version_tolerance: u8,

    /// Percentage of a fleet that has to drift for an alert
    #[arg(long, value_name = "PERCENT", default_value_t = vortex_drift_svc::Settings::THRESHOLD, value_parser = clap::value_parser!(u8).range(1..=100))]
    pub drift_alert_threshold: u8,

    /// Time for which it has to be over that, or below half of it again
    #[arg(long, value_name = "TIME", default_value = "1m", value_parser = positive_duration)]
    pub drift_alert_for: Duration,
}

impl HeartbeatSettings {
    /// As heartbeat-ingest takes them.
    pub(crate) fn ingest(&self) -> vortex_heartbeat_ingest::Settings {
        vortex_heartbeat_ingest::Settings {
            interval: self.heartbeat_interval,
            window: self.heartbeat_window,
            ..vortex_heartbeat_ingest::Settings::default()
        }
    }

    /// As drift-svc takes them.
    pub(crate) fn drift(
        &self,
        store: StoreLocation,
        notify: NotifySettings,
    ) -> vortex_drift_svc::Settings {
        vortex_drift_svc::Settings {
            notify,
            grace: self.drift_grace,
            ttl: self.drift_ttl,
            version_tolerance: self.drift_version_tolerance,
            alert_threshold: self.drift_alert_threshold,
            alert_for: self.drift_alert_for,
            ..vortex_drift_svc::Settings::new(store)
        }
    }
}
