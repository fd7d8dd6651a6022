//! Gives the place of a source's rollout to a newer commit, where that is set.
//!
//! Invariant **F2**: a rollout is superseded only if it is of the same source and label as a commit
//! that waits for it, and if nothing else is known to keep that commit from being rolled out: no
//! freeze, no open breaker, no other rollout of the label. A commit never supersedes its own
//! rollout. What is known of a branch is what config-svc saw last: a push that is taken back within
//! two seconds may still end the rollout. Nothing is remembered, so that a restart changes nothing:
//! a rollout that was superseded has ended, and everything else is found again.

use vortex_kit::error::Fault;

use super::Follower;

impl Follower {
    /// Ends the rollouts whose place newer commits take. config-svc imports a commit as soon as the
    /// split is gone that held it, and the newest one if there is a newer one by then.
    pub(super) async fn supersede(&self) -> Result<(), Fault> {
        let rollouts = &self.rollouts;
        if !self.policy.supersede || !rollouts.roll_sources_out() {
            return Ok(());
        }
        let waiting = self.changes.waiting_commits().await?;
        if rollouts.breaker().is_open() {
            return Ok(());
        }
        for commit in waiting {
            let of_label = rollouts.of_label(&commit.label);
            let Some(rollout) = commit.supersedes(&of_label) else {
                continue;
            };
            if let Err(error) = rollouts.supersede(rollout.id(), &commit).await {
                // it may have ended meanwhile; if not, the next look finds it again
                tracing::debug!(rollout = %rollout.id(), %error, "not superseded");
            }
        }
        Ok(())
    }
}
