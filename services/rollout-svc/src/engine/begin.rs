//! Answers a start.

use std::{sync::Arc, time::Duration};

use vortex_kit::context::Context;

use super::{Error, Inner, Request, Rollouts, settle};
use crate::{
    domain::{Effect, Rollout},
    store::{Answer, Writes},
};

/// The longest wait for config-svc.
const PATIENCE: Duration = Duration::from_secs(5);
/// The part of the caller's time that is kept for the answer.
const MARGIN: Duration = Duration::from_millis(500);

impl Rollouts {
    /// The answer to a request that started a rollout, once config-svc has accepted or refused its
    /// first share. If config-svc can't be reached or does not answer in time, the answer is the
    /// started rollout with its effect on its way.
    ///
    /// A rollout that was not started is answered as it is.
    ///
    /// # Errors
    /// Fails with config-svc's refusal of the start. The rollout has ended then.
    pub(super) async fn begun(
        &self,
        request: &Request,
        started: Arc<Rollout>,
    ) -> Result<Arc<Rollout>, Error> {
        let Some(effect @ Effect::SetShare { generation, .. }) = started.pending() else {
            return Ok(started);
        };
        let entry = self.entry(started.id())?;
        let mut changes = entry.subscribe();
        let told =
            |now: &Arc<Rollout>| now.pending() != Some(effect) || entry.has_failed(generation);
        let waiting = async { changes.wait_for(told).await.is_ok() };
        // after the time limit the start goes on without the caller
        let _in_time = tokio::time::timeout(patience(), waiting).await.is_ok();
        let now = entry.rollout();
        if let Some(refusal) = now.state().start_refused() {
            return Err(Error::Config(settle::fault(refusal)));
        }
        if now.pending().is_some() || now.standing.generation != generation {
            return Ok(started);
        }
        self.inner.remember(request, &now).await?;
        Ok(now)
    }
}

impl Inner {
    /// Remembers the answer for repeats of the request.
    async fn remember(&self, request: &Request, rollout: &Rollout) -> Result<(), Error> {
        let answer = Answer::Rollout(rollout.id().clone(), rollout.standing.clone());
        let Some(answered) = request.answered(self.clock.moment().wall, answer) else {
            return Ok(());
        };
        self.commit(Writes::default().request(&answered)).await?;
        self.answers.insert(answered);
        Ok(())
    }
}

fn patience() -> Duration {
    let left = Context::current().and_then(|context| context.remaining());
    left.map_or(PATIENCE, |left| left.saturating_sub(MARGIN).min(PATIENCE))
}
