//! What the log of config-svc is held against.

use std::sync::Arc;

use super::{Error, Order, Request, Rollouts};
use vortex_bucket::Share;

use crate::domain::{Rollout, RolloutId};

impl Rollouts {
    /// The newest rollout of a change set that is kept here, ended or not.
    pub fn rollout_of(&self, label: &str, sequence: u64) -> Option<Arc<Rollout>> {
        let all = self.inner.directory.snapshot();
        // newest first: what is asked for came lately
        let mut rollouts = all.values().rev().map(|entry| entry.rollout());
        rollouts.find(|rollout| {
            let spec = &rollout.spec;
            spec.change_sequence == sequence && spec.label == label
        })
    }

    /// The rollouts that config-svc has a split of, as far as it confirmed.
    pub fn splitting(&self) -> Vec<Arc<Rollout>> {
        self.not_ended(|rollout| rollout.state().settled_since().is_some())
    }

    /// The rollouts of sources that config-svc refused to begin.
    pub fn never_begun(&self) -> Vec<Arc<Rollout>> {
        self.not_ended(|rollout| {
            let state = rollout.state();
            rollout.spec.source.is_some()
                && state.detached().is_some()
                && state.in_force() == Share::NONE
        })
    }

    /// The rollouts that have started and not ended, the newest `most` of them.
    pub fn under_way(&self, most: usize) -> Vec<Arc<Rollout>> {
        let all = self.inner.directory.snapshot();
        let newest = all.values().rev().map(|entry| entry.rollout());
        let under_way = newest.filter(|rollout| rollout.kind().is_measured());
        under_way.take(most).collect()
    }

    fn not_ended(&self, wanted: impl Fn(&Rollout) -> bool) -> Vec<Arc<Rollout>> {
        let all = self.inner.directory.snapshot();
        let rollouts = all.values().map(|entry| entry.rollout());
        rollouts
            .filter(|rollout| !rollout.kind().has_ended() && wanted(rollout))
            .collect()
    }

    /// Rolls a rollout back that nobody asks to. The breaker, which counts what was measured, does
    /// not count it.
    ///
    /// # Errors
    /// The rollout takes no such command, or it can't be written.
    pub async fn roll_back_by_itself(&self, id: &RolloutId, reason: String) -> Result<(), Error> {
        let order = Order::RollBack { reason };
        self.order(Request::own(), id, order).await.map(drop)
    }
}
