//! Writes checkpoints, and removes old data.

use super::attempts::Attempts;
use crate::{configuration::Configuration, domain::Seq, store::Error};
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use vortex_kit::health::Health;

/// How often it is looked whether there is something to do.
const LOOK: Duration = Duration::from_secs(10);
/// Records after which a checkpoint is kept, so that a start folds few.
const CHECKPOINT_RECORDS: u64 = 10_000;
/// Records that a stop leaves to be folded by the next start; more are covered
/// by a last checkpoint.
const STOP_RECORDS: u64 = 100;

pub(super) struct Upkeep {
    configuration: Arc<Configuration>,
    health: Health,
    checkpoint: Seq,
    retention: Attempts,
}

impl Upkeep {
    pub(super) fn new(configuration: Arc<Configuration>, health: Health) -> Self {
        Self {
            configuration,
            retention: Attempts::new("retention", health.clone()),
            health,
            checkpoint: Seq(0),
        }
    }

    pub(super) async fn run(mut self, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(LOOK);
        self.attempt(Self::find_checkpoint).await;
        let configuration = self.configuration.clone();
        let failed = configuration.until_store_failed();
        tokio::pin!(failed);
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                () = &mut failed => {
                    self.tell_store_failed();
                    stop.cancelled().await;
                    break;
                }
                _ = ticks.tick() => {
                    self.tell();
                    self.attempt(Self::look).await;
                }
            }
        }
        self.attempt(Self::finish).await;
    }

    async fn attempt(&mut self, work: impl AsyncFnOnce(&mut Self) -> Result<(), Error>) {
        match work(self).await {
            Ok(()) => self.health.recover("upkeep"),
            // told as the store's
            Err(error) if error.is_passing() => self.health.recover("upkeep"),
            Err(error) => self.health.degrade("upkeep", error.to_string()),
        }
    }

    /// Tells what keeps the store from taking writes, or documents from being served.
    fn tell(&self) {
        let obstacle = self.configuration.store().obstacle();
        self.tell_or_recover("store", obstacle.map(|error| error.to_string()));
        self.tell_or_recover("contents", self.configuration.damaged());
    }

    fn tell_or_recover(&self, name: &str, why: Option<String>) {
        match why {
            Some(why) => self.health.degrade(name, why),
            None => self.health.recover(name),
        }
    }

    fn tell_store_failed(&self) {
        self.health.degrade(
            "store",
            "a sync failed: nothing is written until this process is restarted",
        );
    }

    async fn find_checkpoint(&mut self) -> Result<(), Error> {
        self.checkpoint = self.configuration.store().checkpoint_seq().await?;
        Ok(())
    }

    async fn look(&mut self) -> Result<(), Error> {
        if self.retention.is_due(Instant::now()) {
            let retained = self.retain().await;
            self.retention.ended(Instant::now(), retained);
        } else if self.behind() >= CHECKPOINT_RECORDS {
            self.save().await?;
        }
        Ok(())
    }

    /// Lets go of what is old: first of all in the state, then that state is
    /// kept, and only then is deleted what it does not need.
    async fn retain(&mut self) -> Result<(), Error> {
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
            self.configuration.store().maintain().await?;
        }
        Ok(())
    }

    async fn finish(&mut self) -> Result<(), Error> {
        if self.behind() >= STOP_RECORDS && !self.configuration.has_store_failed() {
            self.save().await?;
        }
        self.configuration.store().close().await
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
