//! The audits of all rollouts, for who follows them in the order in which they were written.

use bytes::Bytes;
use vortex_store::Range;

use super::{Error, RolloutStore, codec::decode, keys};
use crate::domain::{AuditEntry, RolloutId, Spec};

/// What the keys of all audits begin with.
pub(crate) fn audits() -> Bytes {
    Bytes::from_static(keys::AUDITS.as_bytes())
}

/// The audit of one rollout.
pub(crate) fn audits_of(id: &RolloutId) -> Range {
    keys::audits(id)
}

impl RolloutStore {
    /// An entry of an audit, and whose it is.
    ///
    /// # Errors
    /// When the entry is not what this version writes.
    pub(crate) fn read_audit(
        &self,
        key: &[u8],
        value: &[u8],
    ) -> Result<(RolloutId, AuditEntry), Error> {
        let what = String::from_utf8_lossy(key);
        let id = keys::after_group(key).and_then(|id| id.parse().ok());
        let id = id.ok_or_else(|| Error::Missing {
            what: format!("the rollout of {what}"),
        })?;
        Ok((id, decode(&what, value)?))
    }

    /// What a rollout is, if it is there.
    ///
    /// # Errors
    /// When it can't be read.
    pub(crate) async fn spec(&self, id: &RolloutId) -> Result<Option<Spec>, Error> {
        let parts = self.all(keys::spec_parts(id), |entry| Ok(entry.value));
        let stored = parts.await?.concat();
        match stored.is_empty() {
            true => Ok(None),
            false => decode(&format!("spec/{id}"), &stored).map(Some),
        }
    }
}
