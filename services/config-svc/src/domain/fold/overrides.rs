//! Folds records of overrides.

use std::sync::Arc;

use super::super::{Label, Outcome, Override, OverrideEnd, Seq, State};

impl State {
    pub(super) fn apply_override(&mut self, at: Seq, set: &Arc<Override>) -> Outcome {
        if let Some(replaced) = self.restore_override(set.clone()) {
            self.dots.forget(replaced.id.0);
        }
        self.touch(at, &set.target.label);
        Outcome::of_override(at, true)
    }

    pub(super) fn apply_override_end(&mut self, at: Seq, end: &OverrideEnd) -> Outcome {
        for (_, target) in &end.which {
            if let Some(ended) = self.overrides.remove(target) {
                self.dots.forget(ended.id.0);
            }
            self.touch(at, &target.label);
        }
        Outcome::of_override(at, true)
    }

    /// Restores an override. Returns the one of the same target that it replaces.
    pub fn restore_override(&mut self, set: Arc<Override>) -> Option<Arc<Override>> {
        self.overrides.insert(set.target.clone(), set)
    }

    /// Notes that readers of a label get something else. An override may outlive its label.
    fn touch(&mut self, at: Seq, label: &Label) {
        if let Some(label) = self.labels.get_mut(label) {
            label.generation = at.0;
        }
    }
}
