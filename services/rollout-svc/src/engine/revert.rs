//! Takes back what a completed rollout changed.
//!
//! Invariant **E4**: a change set that was staged for a revert is rolled out or given up. A note of
//! it is durable before config-svc is asked to stage it, and is kept until the rollout is durable
//! or the change set is given up, whichever service ends in between.

use std::sync::Arc;

use vortex_bucket::Forced;

use super::{Draft, Error, Request, Rollouts};
use crate::{
    domain::{Refused, Rollout, RolloutId, StateKind, Strategy},
    store::Writes,
};

/// How a completed rollout is reverted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Revert {
    /// The strategy of the rollout that reverts it.
    pub strategy: Strategy,
    /// Why.
    pub reason: String,
}

impl Rollouts {
    /// Starts a rollout that takes back what a completed one changed. One at a time.
    ///
    /// Not cancel safe: run it in a task of its own.
    ///
    /// # Errors
    /// Fails if the rollout is not completed or is already being taken back, and as
    /// [`Rollouts::create`] does. Nothing stays staged then.
    pub(crate) async fn revert(
        &self,
        request: Request,
        id: &RolloutId,
        revert: Revert,
    ) -> Result<Arc<Rollout>, Error> {
        let inner = &self.inner;
        let turn = inner.answers.turn(&request).await;
        let started = match inner.answers.get(&request, inner.clock.moment().wall)? {
            Some(answer) => self.as_created(answer)?,
            None => self.revert_anew(&request, id, revert).await?,
        };
        drop(turn);
        self.begun(&request, started).await
    }

    async fn revert_anew(
        &self,
        request: &Request,
        id: &RolloutId,
        revert: Revert,
    ) -> Result<Arc<Rollout>, Error> {
        let mut unfinished = self.inner.reverting.lock().await;
        let reverted = self.entry(id)?.rollout();
        self.check_revert(&reverted)?;
        if unfinished.insert(id.clone()) {
            self.inner.commit(Writes::default().reverting(id)).await?;
        }
        let started = self.stage_and_start(request, &reverted, revert).await;
        match &started {
            Ok(_) => drop(unfinished.remove(id)),
            // the next start finds the note
            Err(Error::OutcomeUnknown) => {}
            Err(_) => {
                // the follower tries again what failed
                if let Err(error) = self.give_up(id).await {
                    tracing::warn!(rollout = %id, %error, "the staged change set could not be discarded yet");
                } else {
                    unfinished.remove(id);
                }
            }
        }
        started
    }

    async fn stage_and_start(
        &self,
        request: &Request,
        reverted: &Rollout,
        revert: Revert,
    ) -> Result<Arc<Rollout>, Error> {
        let id = reverted.id();
        let staged = self.inner.splits.stage_revert(id).await;
        let spec = &reverted.spec;
        let draft = Draft {
            target: staged.map_err(Error::Config)?,
            strategy: Some(revert.strategy),
            stages: revert.strategy.stages(),
            unit: spec.unit,
            auto_promote: spec.auto_promote,
            settings: reverted.settings().clone(),
            description: format!("Takes rollout {id} of {} back", spec.change),
            apps: spec.apps.clone(),
            start: true,
            force: false,
            forced: Forced::default(),
            min_instances: spec.min_instances,
            gates: spec.gates.clone(),
            reason: revert.reason,
            source: None,
        };
        self.create_anew(request, draft, Some(id.clone())).await
    }

    fn check_revert(&self, reverted: &Rollout) -> Result<(), Error> {
        if reverted.kind() != StateKind::Completed {
            return Err(Error::Refused(Refused::WrongState {
                state: reverted.kind(),
                why: "only a completed rollout can be reverted",
            }));
        }
        match self.reverting(reverted.id()) {
            None => Ok(()),
            Some(by) => Err(Error::Conflict {
                path: by.spec.paths.first().cloned().unwrap_or_default(),
                by: by.id().clone(),
            }),
        }
    }

    /// Gives up what was staged by reverts that failed. Answers whether nothing is left to give up.
    pub(crate) async fn give_up_reverts(&self) -> bool {
        // a revert that is under way is not waited for
        let Ok(mut unfinished) = self.inner.reverting.try_lock() else {
            return false;
        };
        let mut left = unfinished.clone();
        for id in &*unfinished {
            match self.give_up(id).await {
                Ok(()) => drop(left.remove(id)),
                Err(error) => {
                    tracing::debug!(rollout = %id, %error, "the staged change set could not be discarded yet");
                }
            }
        }
        *unfinished = left;
        unfinished.is_empty()
    }

    async fn give_up(&self, id: &RolloutId) -> Result<(), Error> {
        let discarded = self.inner.splits.discard_revert(id).await;
        discarded.map_err(Error::Config)?;
        let written = self.inner.commit(Writes::default().reverted(id)).await;
        written.map(drop)
    }
}
