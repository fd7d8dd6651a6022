//! Deletes stored data that nothing needs any more.

use std::collections::HashSet;

use vortex_store::{MAX_TRANSACTION_OPERATIONS, Range, Transaction};

use super::{Answered, Error, RolloutStore, keys};
use crate::domain::RolloutId;

impl RolloutStore {
    /// Deletes a rollout, its state first: what is left without a state belongs to no rollout, and
    /// [`RolloutStore::sweep_orphans`] finds it if this ends in the middle.
    ///
    /// # Errors
    /// Fails with errors of the store.
    pub(crate) async fn forget(&self, id: &RolloutId) -> Result<(), Error> {
        self.engine
            .commit(Transaction::new().delete(keys::rollout(id)))
            .await?;
        for range in [keys::spec_parts(id), keys::audits(id), keys::slices(id)] {
            self.delete_all(range, |_| true).await?;
        }
        self.engine
            .commit(Transaction::new().delete(keys::measured(id)))
            .await?;
        Ok(())
    }

    /// Deletes specs, audits and measurements that belong to no rollout.
    ///
    /// # Errors
    /// Fails with errors of the store.
    pub(crate) async fn sweep_orphans(&self, there: &HashSet<String>) -> Result<(), Error> {
        for group in ["spec/", "audit/", "measured/", "slice/"] {
            let is_orphan =
                |key: &[u8]| keys::after_group(key).is_none_or(|id| !there.contains(id));
            self.delete_all(Range::prefix(group), is_orphan).await?;
        }
        Ok(())
    }

    /// Deletes answers to old requests.
    ///
    /// # Errors
    /// Fails with errors of the store.
    pub(crate) async fn forget_requests(&self, answered: &[Answered]) -> Result<(), Error> {
        for some in answered.chunks(MAX_TRANSACTION_OPERATIONS) {
            let delete = |transaction: Transaction, answered: &Answered| {
                transaction.delete(keys::request(&answered.key))
            };
            self.engine
                .commit(some.iter().fold(Transaction::new(), delete))
                .await?;
        }
        Ok(())
    }

    async fn delete_all(&self, range: Range, which: impl Fn(&[u8]) -> bool) -> Result<(), Error> {
        let mut rest = Some(range.keys_only());
        while let Some(range) = rest {
            let page = self.engine.range(range.clone()).await?;
            rest = range.after(&page);
            let keys: Vec<_> = page.entries.into_iter().map(|entry| entry.key).collect();
            let keys: Vec<_> = keys.into_iter().filter(|key| which(key)).collect();
            for some in keys.chunks(MAX_TRANSACTION_OPERATIONS) {
                let delete =
                    |transaction: Transaction, key: &bytes::Bytes| transaction.delete(key.clone());
                self.engine
                    .commit(some.iter().fold(Transaction::new(), delete))
                    .await?;
            }
        }
        Ok(())
    }
}
