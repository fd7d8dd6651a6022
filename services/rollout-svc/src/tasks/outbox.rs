//! Sends each effect to config-svc until it is confirmed.

use std::{collections::HashSet, sync::Arc};

use tokio::{
    sync::{Semaphore, watch},
    task::JoinSet,
};
use vortex_kit::error::{Fault, Reason};

use super::BACKOFF;
use crate::{
    domain::{Effect, Rollout, RolloutId},
    engine::{Delivery, Entry, Rollouts},
    splits::Sent,
};

/// The number of effects that are sent at once.
const AT_ONCE: usize = 64;

/// Sends effects for as long as the process lives: a new one at once, and again after a pause until
/// it is confirmed.
pub(super) async fn run(rollouts: Rollouts) {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut senders = JoinSet::new();
    let mut sending: HashSet<RolloutId> = HashSet::new();
    loop {
        let ids = tokio::select! {
            ids = rollouts.outbox().next() => ids,
            Some(ended) = senders.join_next() => ended_sender(ended, &mut sending, &rollouts),
        };
        for id in ids {
            if let Ok(entry) = rollouts.entry(&id)
                && sending.insert(id.clone())
            {
                let sender = Sender {
                    rollouts: rollouts.clone(),
                    entry,
                    places: places.clone(),
                };
                senders.spawn(async move {
                    sender.run().await;
                    id
                });
            }
        }
    }
}

/// Takes the rollout whose sender has ended, if it has something to send again by now.
fn ended_sender(
    ended: Result<RolloutId, tokio::task::JoinError>,
    sending: &mut HashSet<RolloutId>,
    rollouts: &Rollouts,
) -> HashSet<RolloutId> {
    let id = match ended {
        Ok(id) => id,
        Err(lost) => {
            // it is not known which one, so all are looked at again
            tracing::error!(error = %lost, "a sending task ended early");
            return std::mem::take(sending);
        }
    };
    sending.remove(&id);
    let pending = rollouts
        .get(&id)
        .is_ok_and(|rollout| rollout.pending().is_some());
    pending.then_some(id).into_iter().collect()
}

struct Sender {
    rollouts: Rollouts,
    entry: Arc<Entry>,
    places: Arc<Semaphore>,
}

impl Sender {
    /// Sends the latest effect, and those that replace it, until none is left.
    async fn run(self) {
        let mut changes = self.entry.subscribe();
        loop {
            let rollout = changes.borrow_and_update().clone();
            let Some(effect) = rollout.pending() else {
                self.entry.set_delivery(None);
                return;
            };
            self.begin(effect);
            tokio::select! {
                () = self.deliver(&rollout, effect) => {}
                // a later step replaces an earlier one, though that may still be on its way
                () = replaced(&mut changes, effect) => {}
            }
        }
    }

    async fn deliver(&self, rollout: &Rollout, effect: Effect) {
        let mut backoff = BACKOFF;
        loop {
            let failed = match self.send(rollout, effect).await {
                Ok(sent) => {
                    let settled = self.rollouts.settle(rollout.id(), effect, sent).await;
                    match settled {
                        Ok(()) => return,
                        Err(error) => (error.to_string(), false),
                    }
                }
                Err(fault) => (fault.to_string(), fault.reason() == Reason::Frozen),
            };
            self.failed(rollout.id(), failed);
            tokio::time::sleep(backoff.pause(fastrand::f64())).await;
        }
    }

    async fn send(&self, rollout: &Rollout, effect: Effect) -> Result<Sent, Fault> {
        // the places are never closed
        let _place = self.places.acquire().await;
        self.rollouts.splits().send(rollout, effect).await
    }

    fn begin(&self, effect: Effect) {
        self.entry.set_delivery(Some(Delivery {
            generation: effect.generation(),
            since: self.rollouts.now().steady,
            error: None,
            is_frozen: false,
        }));
    }

    fn failed(&self, id: &RolloutId, (error, is_frozen): (String, bool)) {
        tracing::debug!(rollout = %id, error, "the effect is not confirmed");
        if let Some(delivery) = self.entry.delivery() {
            self.entry.set_delivery(Some(Delivery {
                error: Some(error),
                is_frozen,
                ..delivery
            }));
        }
    }
}

/// Waits until another effect, or none, is to be sent.
async fn replaced(changes: &mut watch::Receiver<Arc<Rollout>>, effect: Effect) {
    let other = |rollout: &Arc<Rollout>| rollout.pending() != Some(effect);
    // the entry outlives its sender
    let _ = changes.wait_for(other).await;
}
