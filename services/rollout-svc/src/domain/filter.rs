//! Lists of rollouts.

use super::{Rollout, StateKind};

/// Selects rollouts for a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    /// Those in one of these states, if any are named.
    pub states: Option<Vec<StateKind>>,
    /// Those that concern this application.
    pub app: Option<String>,
    /// Those of this label.
    pub label: Option<String>,
}

impl Filter {
    /// Whether a rollout is selected.
    pub(crate) fn takes(&self, rollout: &Rollout) -> bool {
        let spec = &rollout.spec;
        let in_state = |states: &Vec<StateKind>| states.contains(&rollout.kind());
        self.states.as_ref().is_none_or(in_state)
            && self.label.as_ref().is_none_or(|label| spec.label == *label)
            && self.app.as_ref().is_none_or(|app| spec.concerns(app))
    }
}
