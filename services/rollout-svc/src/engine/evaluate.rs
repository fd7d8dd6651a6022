//! Judges a rollout by its measurements.

use std::time::Duration;

use vortex_bucket::Share;

use super::{Entry, Error, Inner, Rollouts};
use crate::{
    domain::{Command, Judgement, Known, Moment, RolloutId, analysis::Decision},
    store::Writes,
};

/// How far a judgement has come.
enum Judged {
    /// It was made; the rollout is to be judged again after this time, if it is measured.
    Done(Option<Duration>),
    /// It promotes to this share, which may be raised.
    Asks(Share),
}

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
        let due = match self.judge(&entry, None).await? {
            Judged::Done(due) => due,
            // nothing is locked while drift-svc is asked
            Judged::Asks(share) => {
                let spec = entry.rollout().spec.clone();
                let known = self.inner.known(&spec, Some(share)).await;
                match self.judge(&entry, Some(known)).await? {
                    Judged::Done(due) => due,
                    Judged::Asks(_) => Some(Duration::ZERO),
                }
            }
        };
        Ok(due)
    }

    /// Judges a rollout once. Without `known`, a promotion whose share may be raised is left to be
    /// made with it.
    async fn judge(&self, entry: &Entry, known: Option<Known>) -> Result<Judged, Error> {
        let inner = &self.inner;
        let mut written = entry.writing.lock().await;
        let now = inner.clock.moment();
        for slice in entry.advance(now) {
            inner.meters.verdicts(&slice.judged);
        }
        if let Some(judgement) = inner.judge(entry, now) {
            let promotes_to = inner.promotes_to(&entry.rollout(), &judgement, now);
            if let (None, Some(share)) = (&known, promotes_to) {
                return Ok(Judged::Asks(share));
            }
            let known = known.unwrap_or(Known::NotAsked);
            let judge = Command::Judge(judgement);
            match inner
                .apply_knowing(entry, &mut written, judge, &known, None)
                .await
            {
                Ok(_) => return Ok(Judged::Done(entry.due_in(inner.clock.moment()))),
                // `holds_because` reports it
                Err(Error::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        inner.save(entry).await?;
        self.ask_others(entry);
        Ok(Judged::Done(entry.due_in(now)))
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
