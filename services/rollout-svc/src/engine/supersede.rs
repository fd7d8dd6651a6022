//! Ends rollouts whose place a newer commit takes.

use super::{Error, Rollouts};
use crate::domain::{Author, Command, RolloutId, WaitingCommit};

impl Rollouts {
    /// Whether a rollout of a source's commit is under way.
    pub(crate) fn roll_sources_out(&self) -> bool {
        let under_way = self.under_way(usize::MAX);
        let mut rollouts = under_way.iter().map(|entry| entry.rollout());
        rollouts.any(|rollout| rollout.spec.source.is_some())
    }

    /// Rolls a rollout back for the commit that takes its place, in the name of the source. Like an
    /// operator's rollback it says nothing of the change set, so the breaker does not count it.
    ///
    /// Not cancel safe: run it in a task of its own.
    ///
    /// # Errors
    /// Fails if the rollout has ended, or if it can't be written.
    pub(crate) async fn supersede(&self, id: &RolloutId, by: &WaitingCommit) -> Result<(), Error> {
        let entry = self.entry(id)?;
        let mut written = entry.writing.lock().await;
        let command = Command::RollBack(Author {
            principal: format!("source:{}", by.source),
            reason: by.reason(),
        });
        let after = self.inner.apply(&entry, &mut written, command, None).await;
        after.map(drop)
    }
}
