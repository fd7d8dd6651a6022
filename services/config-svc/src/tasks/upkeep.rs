//! Writes checkpoints, removes old data, and reports what keeps writes or documents back.

use std::{sync::Arc, time::Duration};

use futures::FutureExt as _;
use tokio_util::sync::CancellationToken;
use vortex_kit::health::Health;
use vortex_service::Upkeep;

use crate::{configuration::Configuration, domain::Seq, store::Error};

/// How often health is updated.
const TELL: Duration = Duration::from_secs(2);
/// How often old data is removed.
const RETAIN: Duration = Duration::from_secs(3_600);
/// How often it is looked whether a checkpoint is due.
const CHECKPOINT: Duration = Duration::from_secs(10);
/// Records after which a checkpoint is kept, so that a start folds few.
const CHECKPOINT_RECORDS: u64 = 10_000;
/// Records that a stop leaves to be folded by the next start; more are covered
/// by a last checkpoint.
const STOP_RECORDS: u64 = 100;

/// Looks after the store until `stop` fires, and then closes it.
pub(super) async fn run(
    configuration: Arc<Configuration>,
    health: Health,
    stop: CancellationToken,
) {
    let checkpoint = configuration.store().checkpoint_seq().await;
    let keeper = Keeper {
        configuration,
        health: health.clone(),
        checkpoint: checkpoint.unwrap_or_else(|error| {
            tracing::warn!(%error, "the last checkpoint is not known, and is written again");
            Seq(0)
        }),
        must_maintain: false,
    };
    let upkeep = Upkeep::new(keeper, health)
        .each(TELL, "health", |keeper| keeper.tell().boxed())
        // first, since it writes a checkpoint of what it retains
        .each(RETAIN, "retention", |keeper| keeper.retain().boxed())
        .each(CHECKPOINT, "upkeep", |keeper| keeper.checkpoint().boxed());
    let mut keeper = upkeep.run(stop).await;
    if let Err(error) = keeper.finish().await {
        tracing::warn!(%error, "the store did not end in order");
    }
}

struct Keeper {
    configuration: Arc<Configuration>,
    health: Health,
    /// The position of the last checkpoint.
    checkpoint: Seq,
    /// Something was deleted, and the store was not maintained since.
    must_maintain: bool,
}

impl Keeper {
    async fn tell(&mut self) -> Result<(), Error> {
        self.tell_or_recover("store", self.obstacle());
        self.tell_or_recover("contents", self.configuration.damaged());
        Ok(())
    }

    /// Why nothing is written, if nothing is.
    fn obstacle(&self) -> Option<String> {
        if self.configuration.has_store_failed() {
            return Some(
                "a sync failed: nothing is written until this process is restarted".to_owned(),
            );
        }
        let obstacle = self.configuration.store().obstacle();
        obstacle.map(|error| error.to_string())
    }

    fn tell_or_recover(&self, name: &str, why: Option<String>) {
        match why {
            Some(why) => self.health.degrade(name, why),
            None => self.health.recover(name),
        }
    }

    /// Lets go of what is old: first of all in the state, then that state is
    /// kept, and only then is deleted what it does not need.
    async fn retain(&mut self) -> Result<(), Error> {
        if self.configuration.has_store_failed() {
            return Ok(());
        }
        let Some(retained) = self.configuration.writer().retain().await else {
            return Ok(());
        };
        let head = retained.head;
        self.configuration.store().save_checkpoint(retained).await?;
        self.checkpoint = head;
        let Some(swept) = self.configuration.writer().sweep().await else {
            return Ok(());
        };
        let swept = swept?;
        if swept.contents + swept.records > 0 {
            tracing::info!(contents = swept.contents, records = swept.records, "let go");
            self.must_maintain = true;
        }
        if self.must_maintain {
            self.configuration.store().maintain().await?;
            self.must_maintain = false;
        }
        Ok(())
    }

    async fn checkpoint(&mut self) -> Result<(), Error> {
        if self.behind() < CHECKPOINT_RECORDS || self.configuration.has_store_failed() {
            return Ok(());
        }
        match self.save().await {
            // told as the store's
            Err(error) if error.is_passing() => Ok(()),
            saved => saved,
        }
    }

    async fn finish(&mut self) -> Result<(), Error> {
        let is_due = self.behind() >= STOP_RECORDS && !self.configuration.has_store_failed();
        let saved = match is_due {
            true => self.save().await,
            false => Ok(()),
        };
        self.configuration.store().close().await?;
        saved
    }

    async fn save(&mut self) -> Result<(), Error> {
        let state = self.configuration.state().clone();
        self.configuration
            .store()
            .save_checkpoint((*state).clone())
            .await?;
        self.checkpoint = state.head;
        Ok(())
    }

    fn behind(&self) -> u64 {
        self.configuration
            .state()
            .head
            .0
            .saturating_sub(self.checkpoint.0)
    }
}
