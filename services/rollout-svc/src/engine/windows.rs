//! Takes in parts of windows from heartbeat-ingest.
//!
//! The last part that was taken of each ingest is a part of the measurements of a rollout, so it is
//! stored by the transaction that stores the figures (ADR 36), whatever writes them. An answer is
//! given after that.

use std::collections::BTreeMap;

use futures::{StreamExt as _, TryStreamExt as _, stream};

use super::{Error, Rollouts};
use crate::domain::{PartName, Report, RolloutId, WindowTaken};

/// The number of rollouts that are written at once.
const AT_ONCE: usize = 64;

/// A part of a window, with the figures of each rollout.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Part {
    /// Its name.
    pub name: PartName,
    /// The figures, by rollout.
    pub figures: BTreeMap<RolloutId, Vec<Report>>,
    /// Figures of splits that can't be those of a rollout.
    pub strangers: u32,
}

impl Rollouts {
    /// Takes a part in, and answers what became of its figures once those that count are durable.
    ///
    /// Cancel safe: what was taken by then is answered as repeated, and is durable then.
    ///
    /// # Errors
    /// Some of it may not be durable. The same part again is safe, and needed.
    pub(crate) async fn take_part(&self, part: Part) -> Result<WindowTaken, Error> {
        let (name, strangers) = (part.name, part.strangers);
        let took: Result<WindowTaken, Error> = stream::iter(part.figures)
            .map(|(id, figures)| self.take_window(&name, id, figures))
            .buffer_unordered(AT_ONCE)
            .try_fold(WindowTaken::default(), async |all, one| Ok(all.and(one)))
            .await;
        let taken = took?.and(WindowTaken {
            unknown: strangers,
            ..WindowTaken::default()
        });
        self.inner.meters.window(&taken);
        Ok(taken)
    }

    async fn take_window(
        &self,
        part: &PartName,
        id: RolloutId,
        figures: Vec<Report>,
    ) -> Result<WindowTaken, Error> {
        let Ok(entry) = self.entry(&id) else {
            return Ok(WindowTaken::unknown(figures.len()));
        };
        let _writing = entry.writing.lock().await;
        let now = self.inner.clock.moment();
        let taken = entry.take_window(part, figures, now);
        self.inner.save(&entry).await?;
        if taken.closed {
            self.inner.controller.push(&id);
        }
        Ok(taken)
    }
}
