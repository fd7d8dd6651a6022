//! Lets time pass for all fleets, and looks which alerts begin and which are over.

use std::time::Duration;

use tokio::{task::yield_now, time::MissedTickBehavior};

use crate::{
    alerts::{Alerts, Measured},
    domain::Reading,
    registry::{Registry, Tracked},
};

/// The time between two looks.
const LOOK: Duration = Duration::from_millis(500);

/// Looks for as long as the process lives.
pub(super) async fn run(registry: Registry, alerts: Alerts) {
    let mut looks = tokio::time::interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        let measured = pass(&registry).await;
        if let Err(error) = alerts.evaluate(measured).await {
            tracing::warn!(%error, "alerts can't be stored; they are looked at again");
        }
    }
}

/// Lets time pass, and answers how the fleets stand then.
async fn pass(registry: &Registry) -> Measured {
    let mut measured = Measured::new();
    for tracked in registry.fleets() {
        while registry.tick(&tracked) {
            yield_now().await;
        }
        measured.insert(tracked.name.clone(), reading(&tracked));
        yield_now().await;
    }
    measured
}

fn reading(tracked: &Tracked) -> Reading {
    let kept = tracked.kept();
    Reading::of(&kept.roster.standing(0), kept.roster.expected_of_most())
}
