//! Handles operators' commands to one rollout.

use std::sync::Arc;

use super::{Error, Request, Rollouts};
use crate::{
    domain::{Breaker, Order, Reset, Rollout, RolloutId, StateKind},
    store::{Answer, Writes},
};

impl Rollouts {
    /// Carries out an operator's command, and answers the rollout after it, once that is durable.
    ///
    /// Not cancel safe: run it in a task of its own.
    ///
    /// # Errors
    /// Fails if the rollout does not exist or does not accept the command, or if it can't be
    /// written.
    pub(crate) async fn order(
        &self,
        request: Request,
        id: &RolloutId,
        order: Order,
    ) -> Result<Arc<Rollout>, Error> {
        let inner = &self.inner;
        let starts = matches!(order, Order::Start { .. });
        let turn = inner.answers.turn(&request).await;
        let after = match inner.answers.get(&request, inner.clock.moment().wall)? {
            Some(answer) => self.as_answered(answer, id)?,
            None => self.order_anew(&request, id, order).await?,
        };
        drop(turn);
        match starts {
            true => self.begun(&request, after).await,
            false => Ok(after),
        }
    }

    async fn order_anew(
        &self,
        request: &Request,
        id: &RolloutId,
        order: Order,
    ) -> Result<Arc<Rollout>, Error> {
        let entry = self.entry(id)?;
        let before = entry.rollout();
        if order.goes_further() && !before.kind().has_ended() {
            self.inner.check_thawed(&before.spec)?;
        }
        if matches!(order, Order::Start { .. }) && before.kind() == StateKind::Created {
            // what is refused now leaves the rollout as it is; what is refused later ends it
            let checked = self.inner.splits.check_begin(&before).await;
            checked.map_err(Error::Config)?;
        }
        let share = before.next_share().filter(|_| order.moves());
        let known = self.inner.known(&before.spec, share).await;
        let mut written = entry.writing.lock().await;
        let command = order.by(&request.principal);
        self.inner
            .apply_knowing(&entry, &mut written, command, &known, Some(request))
            .await
    }

    /// Deletes a rollout that was never started.
    ///
    /// Not cancel safe: run it in a task of its own.
    ///
    /// # Errors
    /// Fails if the rollout does not exist or was started, or if it can't be written.
    pub(crate) async fn delete(&self, request: Request, id: &RolloutId) -> Result<(), Error> {
        let inner = &self.inner;
        let _turn = inner.answers.turn(&request).await;
        let now = inner.clock.moment();
        if inner.answers.get(&request, now.wall)?.is_some() {
            return Ok(());
        }
        let entry = self.entry(id)?;
        let written = entry.writing.lock().await;
        let rollout = entry.rollout();
        rollout.check_delete()?;
        let answered = request.answered(now.wall, Answer::Deleted);
        let mut writes = Writes::default().delete_created(&rollout, *written);
        if let Some(answered) = &answered {
            writes = writes.request(answered);
        }
        inner.commit(writes).await?;
        inner.directory.release(&rollout.spec);
        inner.directory.remove(id);
        if let Some(answered) = answered {
            inner.answers.insert(answered);
        }
        tracing::info!(rollout = %id, principal = request.principal, "rollout deleted");
        Ok(())
    }

    /// The breaker.
    pub(crate) fn breaker(&self) -> Breaker {
        Breaker::clone(&self.inner.shown_breaker.load())
    }

    /// Closes the breaker.
    ///
    /// Not cancel safe: run it in a task of its own.
    ///
    /// # Errors
    /// Fails if it can't be written.
    pub(crate) async fn reset_breaker(
        &self,
        request: Request,
        reason: String,
    ) -> Result<Breaker, Error> {
        let inner = &self.inner;
        let _turn = inner.answers.turn(&request).await;
        let now = inner.clock.moment();
        match inner.answers.get(&request, now.wall)? {
            Some(Answer::Breaker(breaker)) => return Ok(breaker),
            Some(Answer::Rollout(..) | Answer::Deleted) | None => {}
        }
        let mut held = inner.breaker.write().await;
        let reset = held.0.clone().reset(Reset {
            by: request.principal.clone(),
            at: now,
            reason,
        });
        let answered = request.answered(now.wall, Answer::Breaker(reset.clone()));
        let mut writes = Writes::default().breaker(&reset, held.1);
        if let Some(answered) = &answered {
            writes = writes.request(answered);
        }
        held.1 = inner.commit(writes).await?;
        held.0 = reset.clone();
        inner.shown_breaker.store(Arc::new(reset.clone()));
        if let Some(answered) = answered {
            inner.answers.insert(answered);
        }
        drop(held);
        tracing::info!(principal = request.principal, "breaker reset");
        // the rollouts that it held may go on
        for entry in inner.directory.all() {
            inner.wake(&entry.rollout());
        }
        Ok(reset)
    }

    /// The rollout with which a request was answered, as it was then.
    pub(super) fn as_answered(
        &self,
        answer: Answer,
        asked: &RolloutId,
    ) -> Result<Arc<Rollout>, Error> {
        let (id, standing) = match answer {
            Answer::Rollout(id, standing) => (id, standing),
            // the hash covers the kind of request, so such an answer never belongs to a command on
            // a rollout
            Answer::Deleted | Answer::Breaker(_) => return Err(Error::NotFound(asked.clone())),
        };
        let spec = self.entry(&id)?.rollout().spec.clone();
        Ok(Arc::new(Rollout { spec, standing }))
    }
}
