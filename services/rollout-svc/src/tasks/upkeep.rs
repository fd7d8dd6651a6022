//! Reports health, and removes old data.

use std::time::Duration;

use futures::FutureExt as _;
use tokio_util::sync::CancellationToken;
use vortex_kit::health::Health;
use vortex_notify::Notifications;
use vortex_service::Upkeep;

use crate::{
    domain::Moment,
    engine::{Entry, Error, Keep, Rollouts},
};

/// The interval at which the health is updated.
const LOOK: Duration = Duration::from_secs(2);
/// The interval at which old data is removed.
const FORGET: Duration = Duration::from_secs(3_600);
/// The interval at which config-svc is asked for the keys that rollouts have seen.
const KEYS: Duration = Duration::from_secs(10);
/// The age at which an unconfirmed effect is a degradation.
const LATE: Duration = Duration::from_secs(10);
/// The number of rollouts that a degradation names.
const NAMED: usize = 5;

/// Keeps the rollouts in order until `stop` fires, and then closes their store.
pub(super) async fn run(
    rollouts: Rollouts,
    keep: Keep,
    told: Notifications,
    health: Health,
    stop: CancellationToken,
) {
    let keeper = Keeper {
        rollouts,
        keep,
        told,
        health: health.clone(),
        must_maintain: false,
    };
    let upkeep = Upkeep::new(keeper, health)
        .each(LOOK, "health", |keeper| keeper.look().boxed())
        .each(KEYS, "keys", |keeper| keeper.learn_keys().boxed())
        .each(FORGET, "upkeep", |keeper| keeper.forget().boxed());
    let keeper = upkeep.run(stop).await;
    if let Err(error) = keeper.rollouts.store().close().await {
        tracing::warn!(%error, "the store did not close");
    }
}

struct Keeper {
    rollouts: Rollouts,
    keep: Keep,
    told: Notifications,
    health: Health,
    /// Something was deleted, and the store was not maintained since.
    must_maintain: bool,
}

impl Keeper {
    async fn look(&mut self) -> Result<(), Error> {
        let entries = self.rollouts.entries();
        let open = self.rollouts.breaker().is_open();
        self.tell("breaker", open.then(|| "open after too many rollbacks: nothing starts or promotes by itself until it is reset".to_owned()));
        self.tell("outbox", late(&entries, self.rollouts.now()));
        self.tell("store", self.obstacle());
        Ok(())
    }

    async fn learn_keys(&mut self) -> Result<(), Error> {
        // the tasks that need config-svc report it when it is away
        if let Err(fault) = self.rollouts.learn_keys().await {
            tracing::debug!(%fault, "config-svc does not say which keys have read");
        }
        Ok(())
    }

    /// The reason why nothing can be written, if there is one.
    fn obstacle(&self) -> Option<String> {
        if self.rollouts.has_store_failed() {
            return Some(
                "a sync failed: nothing is written until this process is restarted".to_owned(),
            );
        }
        let obstacle = self.rollouts.store().obstacle();
        obstacle.map(|error| error.to_string())
    }

    fn tell(&self, name: &str, degraded: Option<String>) {
        match degraded {
            Some(why) => self.health.degrade(name, why),
            None => self.health.recover(name),
        }
    }

    async fn forget(&mut self) -> Result<(), Error> {
        if self.rollouts.has_store_failed() {
            return Ok(());
        }
        let gone = self.rollouts.forget_old(self.keep, &self.told).await?;
        if gone > 0 {
            tracing::info!(rollouts = gone, "let go");
            self.must_maintain = true;
        }
        if self.must_maintain {
            self.rollouts.store().maintain().await?;
            self.must_maintain = false;
        }
        Ok(())
    }
}

/// The effects that have been unconfirmed for too long, and why.
fn late(entries: &[impl AsRef<Entry>], now: Moment) -> Option<String> {
    let mut late: Vec<String> = entries
        .iter()
        .filter_map(|entry| {
            let entry = entry.as_ref();
            // what a freeze holds waits as somebody wants it
            let delivery = entry.delivery().filter(|delivery| !delivery.is_frozen)?;
            let since = Moment {
                wall: now.wall,
                steady: delivery.since,
            };
            let error = delivery.error.unwrap_or_else(|| "no answer yet".to_owned());
            let id = entry.rollout().id().clone();
            (now.since(since) >= LATE).then(|| format!("{id}: {error}"))
        })
        .collect();
    let count = late.len();
    late.truncate(NAMED);
    (count > 0).then(|| {
        format!(
            "config-svc has not confirmed {count} effects; readers stay where they are: {}",
            late.join("; ")
        )
    })
}
