//! Folds records of freezes.

use std::sync::Arc;

use super::super::{Freeze, FreezeEnd, Outcome, Seq, State};

impl State {
    pub(super) fn apply_freeze(&mut self, at: Seq, freeze: &Arc<Freeze>) -> Outcome {
        self.restore_freeze(freeze.clone());
        Outcome::of_freeze(at)
    }

    pub(super) fn apply_freeze_end(&mut self, at: Seq, end: &FreezeEnd) -> Outcome {
        for id in &end.ids {
            self.freezes.remove(id);
            self.dots.forget(id.0);
        }
        Outcome::of_freeze(at)
    }

    /// Restores a freeze.
    pub fn restore_freeze(&mut self, freeze: Arc<Freeze>) {
        self.freezes.insert(freeze.id, freeze);
    }
}
