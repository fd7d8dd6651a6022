//! Background tasks: they send effects to config-svc, judge rollouts, ask how instances fare, ask
//! queries and webhooks, and remove old data.

mod controller;
mod follower;
mod gates;
mod instances;
mod outbox;
mod upkeep;

use std::time::Duration;

use vortex_backoff::{Backoff, Jitter};
use vortex_kit::process::Runtime;
use vortex_notify::Notifications;

use crate::{
    changes::Changes,
    domain::SourcePolicy,
    drift::Drift,
    engine::{Keep, Rollouts},
    gates::Asker,
};
use follower::Follower;

/// The pauses between attempts of a call to config-svc.
const BACKOFF: Backoff = Backoff::new(
    Duration::from_millis(50),
    Duration::from_secs(5),
    Jitter::Quarter,
);

/// Those whom the tasks ask.
pub(crate) struct Others {
    /// config-svc.
    pub(crate) changes: Changes,
    /// drift-svc, if there is one.
    pub(crate) drift: Option<Drift>,
    /// Queries and webhooks.
    pub(crate) asker: Asker,
}

/// Starts the tasks, which end with the process.
pub(crate) fn start(
    rollouts: &Rollouts,
    others: Others,
    policy: SourcePolicy,
    keep: Keep,
    told: Notifications,
    runtime: &Runtime,
) {
    let Others {
        changes,
        drift,
        asker,
    } = others;
    let lifecycle = &runtime.lifecycle;
    let follower = Follower::new(rollouts.clone(), changes, policy, runtime.health.clone());
    lifecycle.spawn("follower", follower.run());
    lifecycle.spawn("outbox", outbox::run(rollouts.clone()));
    lifecycle.spawn("controller", controller::run(rollouts.clone()));
    if let Some(drift) = drift {
        lifecycle.spawn("instances", instances::run(rollouts.clone(), drift));
    }
    lifecycle.spawn("gates", gates::run(rollouts.clone(), asker));
    let (rollouts, health) = (rollouts.clone(), runtime.health.clone());
    lifecycle.spawn_stoppable("upkeep", |stop| {
        upkeep::run(rollouts, keep, told, health, stop)
    });
}
