//! Takes in how instances fare.

use std::collections::BTreeMap;

use super::{Entry, Rollouts, Wake};
use crate::domain::analysis::{Application, Arms};

impl Rollouts {
    /// Wakes the task that asks how the instances of rollouts fare.
    pub(crate) fn instances(&self) -> &Wake {
        &self.inner.instances
    }

    /// Takes in what drift-svc says of a rollout's instances, by application; `None` if it does not
    /// answer. The rollout is judged then.
    pub(crate) fn see_instances(
        &self,
        entry: &Entry,
        generation: u64,
        seen: Option<&BTreeMap<Application, Arms>>,
    ) {
        entry.see_instances(generation, seen, self.now());
        if seen.is_some() {
            self.inner.controller.push(entry.rollout().id());
        }
    }

    /// Has drift-svc, queries and webhooks asked about a rollout that was judged, if an interval has
    /// passed since the last time.
    pub(super) fn ask_others(&self, entry: &Entry) {
        if !entry.is_to_be_asked_for(self.now()) {
            return;
        }
        let rollout = entry.rollout();
        if self.inner.drift.is_some() {
            self.inner.instances.push(rollout.id());
        }
        if !rollout.spec.gates.is_empty() {
            self.inner.gates.push(rollout.id());
        }
    }
}
