//! Keeps config-svc's counts of the keys that read under a rollout.

use vortex_kit::error::Fault;

use super::{Entry, Error, Rollouts};
use crate::{
    domain::{RolloutId, analysis::SeenKeys},
    splits::Reads,
};

impl Rollouts {
    /// The distinct keys that have read what a rollout concerns: as config-svc reports them, or the
    /// last known ones if it does not answer soon or the rollout has ended.
    ///
    /// # Errors
    /// Fails if the rollout does not exist.
    pub(crate) async fn keys(&self, id: &RolloutId) -> Result<Option<SeenKeys>, Error> {
        let entry = self.entry(id)?;
        Ok(self.reads(&entry).await.keys)
    }

    pub(super) async fn reads(&self, entry: &Entry) -> Reads {
        let rollout = entry.rollout();
        if rollout.kind().is_measured()
            && let Some(reads) = self.inner.splits.reads(rollout.id()).await
        {
            // a split that has just ended has none: its last ones stay
            if reads.keys.is_some() {
                entry.see_keys(reads.keys);
            }
            let keys = entry.keys();
            return Reads { keys, ..reads };
        }
        Reads {
            keyless: None,
            keys: entry.keys(),
        }
    }

    /// Updates the keys of all rollouts that are under way, for metrics.
    ///
    /// # Errors
    /// Fails if config-svc does not answer; the keys known before stay.
    pub(crate) async fn learn_keys(&self) -> Result<(), Fault> {
        let under_way = self.under_way(usize::MAX);
        if under_way.is_empty() {
            return Ok(());
        }
        let keys = self.inner.splits.keys().await?;
        for entry in under_way {
            if let Some(seen) = keys.get(entry.rollout().id().as_str()) {
                entry.see_keys(Some(*seen));
            }
        }
        Ok(())
    }
}
