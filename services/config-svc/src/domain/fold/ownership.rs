//! Folds records of ownership.

use std::sync::Arc;

use super::super::{Outcome, Ownership, Record, State};

impl State {
    /// The first record also says who owns the rest: who wrote it.
    pub(super) fn apply_ownership(&mut self, record: &Record, owned: &Arc<Ownership>) -> Outcome {
        if self.ownership.is_empty() && !owned.place.is_rest() {
            let rest = Ownership::of_the_rest(&record.origin.cluster, owned);
            self.ownership.note(Arc::new(rest));
        }
        self.ownership.note(owned.clone());
        Outcome::of_ownership(record.seq)
    }
}
