//! Finds the rollouts that a log record concerns.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;

use super::{Entry, Rollouts};
use crate::domain::{Rollout, RolloutId};

/// How far the clocks of two machines may be apart.
const CLOCKS: Duration = Duration::from_secs(60);

impl Rollouts {
    /// The newest rollout of a change set that is kept here, ended or not, but for those whose
    /// start config-svc refused: they took nothing up. One that was created before the change set
    /// was written is of another, which a config-svc had whose store is gone by now.
    pub(crate) fn rollout_of(
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
            let took_it_up = rollout.state().start_refused().is_none();
            is_of_it && took_it_up && spec.created.wall >= earliest
        })
    }

    /// The rollouts whose split config-svc has confirmed.
    pub(crate) fn splitting(&self) -> Vec<Arc<Rollout>> {
        self.not_ended(|rollout| rollout.state().settled_since().is_some())
    }

    /// The rollouts of a label that have not ended.
    pub(crate) fn of_label(&self, label: &str) -> Vec<Arc<Rollout>> {
        self.not_ended(|rollout| rollout.spec.label == label)
    }

    /// The rollout that takes another one back and has not ended.
    pub(super) fn reverting(&self, id: &RolloutId) -> Option<Arc<Rollout>> {
        let found = self.not_ended(|rollout| rollout.spec.reverts.as_ref() == Some(id));
        found.into_iter().next()
    }

    /// The newest `most` of the rollouts that have started and not ended.
    pub(crate) fn under_way(&self, most: usize) -> Vec<Arc<Entry>> {
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
}
