//! Wakes a task for the rollouts that have work for it.

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use crate::domain::RolloutId;

/// The rollouts that have work for a task: each is listed once, however often it is added.
#[derive(Default)]
pub(crate) struct Wake {
    ids: Mutex<HashSet<RolloutId>>,
    notify: Notify,
}

impl Wake {
    /// Adds a rollout.
    pub(crate) fn push(&self, id: &RolloutId) {
        if self.ids().insert(id.clone()) {
            self.notify.notify_one();
        }
    }

    /// Waits for rollouts, and takes all that there are. Cancel safe; for one task only.
    pub(crate) async fn next(&self) -> HashSet<RolloutId> {
        loop {
            let ids = std::mem::take(&mut *self.ids());
            if !ids.is_empty() {
                return ids;
            }
            self.notify.notified().await;
        }
    }

    fn ids(&self) -> MutexGuard<'_, HashSet<RolloutId>> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
