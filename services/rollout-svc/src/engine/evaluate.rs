//! Judges a rollout by its measurements.

use std::time::Duration;

use super::{Entry, Error, Inner, Rollouts};
use crate::{
    domain::{Command, Judgement, Moment, RolloutId, analysis::Decision},
    store::Writes,
};

impl Rollouts {
    /// Closes the slices of a rollout that are due, applies the decision, and answers when to judge
    /// it again; `None` if the rollout is not measured.
    ///
    /// # Errors
    /// Fails if it can't be written.
    pub(crate) async fn evaluate(&self, id: &RolloutId) -> Result<Option<Duration>, Error> {
        let Ok(entry) = self.entry(id) else {
            return Ok(None);
        };
        let inner = &self.inner;
        let mut written = entry.writing.lock().await;
        let now = inner.clock.moment();
        for slice in entry.advance(now) {
            inner.meters.verdicts(&slice.judged);
        }
        if let Some(judgement) = inner.judge(&entry, now) {
            match inner
                .apply(&entry, &mut written, Command::Judge(judgement), None)
                .await
            {
                Ok(_) => return Ok(entry.due_in(inner.clock.moment())),
                // `holds_because` reports it
                Err(Error::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        inner.save(&entry).await?;
        self.ask_instances(&entry);
        Ok(entry.due_in(now))
    }
}

impl Inner {
    /// Applies the decision, if it changes the rollout.
    fn judge(&self, entry: &Entry, now: Moment) -> Option<Judgement> {
        let breaker_open = self.shown_breaker.load().is_open();
        let judgement =
            entry.measured(|rollout, measured| measured?.judge(rollout, now, breaker_open));
        let mut judgement = judgement.filter(|judgement| judgement.decision != Decision::Hold)?;
        judgement.frozen = self.is_frozen(&entry.rollout().spec);
        Some(judgement)
    }

    /// Stores the measurements, if slices have closed or windows were taken since the last time.
    /// The entry's `writing` is locked.
    pub(super) async fn save(&self, entry: &Entry) -> Result<(), Error> {
        let id = entry.rollout().id().clone();
        let owes = entry.owes();
        let unsaved = entry.unsaved(|measured, saved| {
            let through = measured.closed();
            let write = || Writes::default().measured(&id, measured, saved);
            (through > saved || owes).then(|| (write(), through))
        });
        let Some((writes, through)) = unsaved.flatten() else {
            return Ok(());
        };
        self.commit(writes).await?;
        entry.saved(through);
        Ok(())
    }
}

impl Entry {
    fn due_in(&self, now: Moment) -> Option<Duration> {
        self.measured(|rollout, measured| measured?.due_in(rollout, now))
    }
}
