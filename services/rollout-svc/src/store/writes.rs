//! Writes that belong in one transaction.

use bytes::Bytes;
use vortex_store::{MAX_VALUE_BYTES, Revision, Transaction};

use super::{
    Answered,
    codec::{encode, encode_message},
    keys, schema,
};
use crate::domain::{AuditEntry, Breaker, ClosedSlice, Measured, Rollout, RolloutId, Spec};

/// The most audit entries that are deleted with a rollout: a transaction has room for them.
const DELETED_AUDITS: u64 = 100;
/// The size of one part of a spec in bytes: a transaction holds one part besides all else.
const PART_BYTES: usize = 1 << 20;

/// Writes that are done together: state, audit, effect and answer of a transition are one
/// transaction.
#[derive(Default)]
pub(crate) struct Writes {
    /// Writes the parts of a spec that is too large for one value. Without the rest they mean
    /// nothing.
    pub(super) before: Vec<Transaction>,
    pub(super) transaction: Transaction,
}

impl Writes {
    /// Writes a new rollout, whose id no other may have.
    pub(crate) fn create(mut self, rollout: &Rollout) -> Self {
        let encoded = encode::<Spec>(&rollout.spec);
        let mut parts = chunks(&encoded).enumerate();
        if let Some((number, first)) = parts.next() {
            let key = keys::spec(rollout.id(), number);
            self.transaction = self.transaction.put(key, first);
        }
        self.before = parts
            .map(|(number, part)| Transaction::new().put(keys::spec(rollout.id(), number), part))
            .collect();
        self.stand(rollout, Revision::ABSENT)
    }

    /// Writes the state of a rollout, which was last written at `before`.
    pub(crate) fn stand(mut self, rollout: &Rollout, before: Revision) -> Self {
        let key = keys::rollout(rollout.id());
        let value = encode(&rollout.standing);
        self.transaction = self
            .transaction
            .require_revision(key.clone(), before)
            .put(key, value);
        self
    }

    /// Writes an entry of a rollout's audit.
    pub(crate) fn audit(mut self, id: &RolloutId, entry: &AuditEntry) -> Self {
        let key = keys::audit(id, entry.number);
        let value = encode(entry);
        self.transaction = self.transaction.require_absent(key.clone()).put(key, value);
        self
    }

    /// Writes the measurements of a rollout, and its slices after number `saved`.
    pub(crate) fn measured(mut self, id: &RolloutId, measured: &Measured, saved: u64) -> Self {
        let value = encode(measured);
        if value.len() > MAX_VALUE_BYTES {
            // as if the process had been killed: what was stored before stays
            tracing::warn!(rollout = %id, bytes = value.len(), "the analysis is too large to be stored");
            return self;
        }
        self.transaction = self.transaction.put(keys::measured(id), value);
        for slice in measured.slices().filter(|slice| slice.number > saved) {
            self = self.slice(id, slice);
        }
        self
    }

    fn slice(mut self, id: &RolloutId, slice: &ClosedSlice) -> Self {
        let value = encode(slice);
        self.transaction = self.transaction.put(keys::slice(id, slice.number), value);
        self
    }

    /// Writes the breaker, which was last written at `before`.
    pub(crate) fn breaker(mut self, breaker: &Breaker, before: Revision) -> Self {
        let value = encode(breaker);
        self.transaction = self
            .transaction
            .require_revision(keys::BREAKER, before)
            .put(keys::BREAKER, value);
        self
    }

    /// Writes the answer to a request.
    pub(crate) fn request(mut self, answered: &Answered) -> Self {
        let value = encode(answered);
        self.transaction = self.transaction.put(keys::request(&answered.key), value);
        self
    }

    /// Marks that a change set to take a rollout back may be staged.
    pub(crate) fn reverting(mut self, id: &RolloutId) -> Self {
        let value = encode_message(&schema::Reverting {});
        self.transaction = self.transaction.put(keys::reverting(id), value);
        self
    }

    /// Removes that mark, unless a rollout has taken the change set up.
    #[must_use]
    pub(crate) fn reverted(mut self, id: &RolloutId) -> Self {
        self.transaction = self.transaction.delete(keys::reverting(id));
        self
    }

    /// Deletes a rollout that was never started, with its audit: entries beyond the first 100 are
    /// swept as those of no rollout.
    pub(crate) fn delete_created(mut self, rollout: &Rollout, before: Revision) -> Self {
        let key = keys::rollout(rollout.id());
        let transaction = self
            .transaction
            .require_revision(key.clone(), before)
            .delete(key);
        // further parts, if any, are swept as parts of no rollout
        let audits = 1..=rollout.standing.audits.min(DELETED_AUDITS);
        self.transaction = audits.fold(
            transaction.delete(keys::spec(rollout.id(), 0)),
            |transaction, number| transaction.delete(keys::audit(rollout.id(), number)),
        );
        self
    }
}

fn chunks(encoded: &Bytes) -> impl Iterator<Item = Bytes> + '_ {
    let starts = (0..encoded.len()).step_by(PART_BYTES);
    starts.map(|start| encoded.slice(start..encoded.len().min(start + PART_BYTES)))
}
