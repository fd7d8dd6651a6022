//! Removes old rollouts and requests.

use std::time::Duration;

use vortex_notify::Notifications;

use super::{Error, Rollouts};
use crate::store::{self, audits_of};

/// How many ended rollouts are kept, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// How long they are kept.
    pub time: Duration,
    /// How many are kept.
    pub count: usize,
}

/// The size in bytes of the paths of all ended rollouts together: they are kept in memory.
const MAX_PATH_BYTES: usize = 64 << 20;

impl Rollouts {
    /// Deletes ended rollouts that are old or too many, and answers to old requests. Answers the
    /// number of rollouts that were deleted. What the sinks of notifications had not come to yet is
    /// lost to them.
    ///
    /// # Errors
    /// Fails if it can't be written.
    pub(crate) async fn forget_old(
        &self,
        keep: Keep,
        told: &Notifications,
    ) -> Result<usize, Error> {
        let inner = &self.inner;
        let now = inner.clock.moment();
        let (mut kept, mut bytes, mut gone) = (0, 0, 0);
        let mut ended = inner.directory.all();
        ended.retain(|entry| entry.rollout().is_settled_for_good());
        ended.sort_unstable_by_key(|entry| {
            std::cmp::Reverse(entry.rollout().standing.updated.steady)
        });
        for entry in ended {
            let rollout = entry.rollout();
            kept += 1;
            bytes += rollout.spec.paths.iter().map(String::len).sum::<usize>();
            let is_old = now.since(rollout.standing.updated) >= keep.time;
            if is_old || kept > keep.count || bytes > MAX_PATH_BYTES {
                let audit = audits_of(rollout.id());
                told.let_go(audit).await.map_err(store::Error::from)?;
                inner.store.forget(rollout.id()).await?;
                inner.directory.remove(rollout.id());
                gone += 1;
            }
        }
        let answered = inner.answers.expire(now.wall);
        inner.store.forget_requests(&answered).await?;
        Ok(gone)
    }
}
