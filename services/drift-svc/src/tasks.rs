//! Background tasks: they follow views, let time pass, and keep alerts.

mod judging;
mod upkeep;
mod watch;

use vortex_kit::process::Runtime;
use vortex_notify::Notifications;

use crate::{alerts::Alerts, registry::Registry};

/// Starts the tasks, which end with the process.
pub(crate) fn start(registry: &Registry, alerts: &Alerts, told: Notifications, runtime: &Runtime) {
    let lifecycle = &runtime.lifecycle;
    lifecycle.spawn("judging", judging::run(registry.clone()));
    lifecycle.spawn("watch", watch::run(registry.clone(), alerts.clone()));
    let (registry, alerts) = (registry.clone(), alerts.clone());
    let health = runtime.health.clone();
    lifecycle.spawn_stoppable("upkeep", |stop| {
        upkeep::run(registry, alerts, told, health, stop)
    });
}
