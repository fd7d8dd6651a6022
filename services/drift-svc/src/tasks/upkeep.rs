//! Reports health, and removes old data.

use std::time::Duration;

use futures::FutureExt as _;
use tokio_util::sync::CancellationToken;
use vortex_kit::health::Health;
use vortex_notify::Notifications;
use vortex_service::Upkeep;

use crate::{alerts::Alerts, registry::Registry, store};

/// The interval at which the health is updated.
const LOOK: Duration = Duration::from_secs(1);
/// The interval at which counts are stored, and what is too long ago is forgotten.
const SAVE: Duration = Duration::from_secs(60);
/// The interval at which old data is removed.
const FORGET: Duration = Duration::from_secs(3_600);
/// The number of alerts that a degradation names.
const NAMED: usize = 5;

/// Keeps the alerts in order until `stop` fires, and then closes their store.
pub(super) async fn run(
    registry: Registry,
    alerts: Alerts,
    told: Notifications,
    health: Health,
    stop: CancellationToken,
) {
    let keeper = Keeper {
        registry,
        alerts,
        told,
        health: health.clone(),
    };
    let upkeep = Upkeep::new(keeper, health)
        .each(LOOK, "health", |keeper| keeper.look().boxed())
        .each(SAVE, "save", |keeper| keeper.save().boxed())
        .each(FORGET, "upkeep", |keeper| keeper.forget().boxed());
    let mut keeper = upkeep.run(stop).await;
    if let Err(error) = keeper.save().await {
        tracing::warn!(%error, "the last counts of alerts are not stored");
    }
    if let Err(error) = keeper.alerts.store().close().await {
        tracing::warn!(%error, "the store did not close");
    }
}

struct Keeper {
    registry: Registry,
    alerts: Alerts,
    told: Notifications,
    health: Health,
}

impl Keeper {
    async fn look(&mut self) -> Result<(), store::Error> {
        self.tell("alerts", self.firing());
        let obstacle = self.alerts.store().obstacle();
        self.tell("store", obstacle.map(|error| error.to_string()));
        Ok(())
    }

    /// The alerts that fire and that nobody has silenced.
    fn firing(&self) -> Option<String> {
        let (book, now) = (self.alerts.book(), self.registry.time().wall());
        let firing = book.all_firing();
        let heard = firing.filter(|alert| book.silence(&alert.fleet, now).is_none());
        let named = heard.map(|alert| {
            let (fleet, cause) = (&alert.fleet, alert.cause.name());
            format!("{fleet} {cause} {} of {}", alert.instances, alert.total)
        });
        let mut named: Vec<String> = named.collect();
        let count = named.len();
        named.truncate(NAMED);
        (count > 0).then(|| format!("{count} alerts fire: {}", named.join("; ")))
    }

    fn tell(&self, name: &str, degraded: Option<String>) {
        match degraded {
            Some(why) => self.health.degrade(name, why),
            None => self.health.recover(name),
        }
    }

    async fn save(&mut self) -> Result<(), store::Error> {
        self.registry.prune();
        self.alerts.save_counts().await
    }

    async fn forget(&mut self) -> Result<(), store::Error> {
        if self.alerts.forget_old(&self.told).await? > 0 {
            self.alerts.store().maintain().await?;
        }
        Ok(())
    }
}
