//! What the log of config-svc is held against.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;

use super::{Entry, Error, Order, Request, Rollouts};
use vortex_bucket::Share;

use crate::domain::{Rollout, RolloutId};

/// How far the clocks of two machines may be apart.
const CLOCKS: Duration = Duration::from_secs(60);

impl Rollouts {
    /// The newest rollout of a change set that is kept here, ended or not. One that was created
    /// before the change set was written is of another, which a config-svc had whose store is
    /// gone by now.
    pub fn rollout_of(
        &self,
        label: &str,
        sequence: u64,
        written_at: Timestamp,
    ) -> Option<Arc<Rollout>> {
        let earliest = written_at.checked_sub(CLOCKS).unwrap_or(written_at);
        let all = self.inner.directory.snapshot();
        // newest first: what is asked for came lately
        let mut rollouts = all.values().rev().map(|entry| entry.rollout());
        rollouts.find(|rollout| {
            let spec = &rollout.spec;
            let is_of_it = spec.change_sequence == sequence && spec.label == label;
            is_of_it && spec.created.wall >= earliest
        })
    }

    /// The rollouts that config-svc has a split of, as far as it confirmed.
    pub fn splitting(&self) -> Vec<Arc<Rollout>> {
        self.not_ended(|rollout| rollout.state().settled_since().is_some())
    }

    /// The rollouts of a label that have not ended.
    pub fn of_label(&self, label: &str) -> Vec<Arc<Rollout>> {
        self.not_ended(|rollout| rollout.spec.label == label)
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
    pub fn under_way(&self, most: usize) -> Vec<Arc<Entry>> {
        let all = self.inner.directory.snapshot();
        let newest = all.values().rev();
        let under_way = newest.filter(|entry| entry.rollout().kind().is_measured());
        under_way.take(most).cloned().collect()
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
