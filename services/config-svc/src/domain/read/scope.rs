//! The scope of a view: the positions of its labels, and the splits that concern it.

use std::{collections::BTreeMap, sync::Arc};

use super::{ReadRefused, ViewKey, candidates_on, format_of, labels};
use crate::domain::{Arm, Arms, Label, Split, SplitId, State, Subject};

/// The positions and splits that a view depends on, at one state.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    labels: Vec<(Label, u64)>,
    splits: Vec<Arc<Split>>,
}

impl Scope {
    /// The scope of `key` at `state`.
    pub(crate) fn of(state: &State, key: &ViewKey) -> Result<Self, ReadRefused> {
        let labels = labels(state, key)?;
        let splits = if state.splits.is_empty() {
            Vec::new()
        } else {
            concerning(state, key)
        };
        let labels = labels.into_iter();
        Ok(Self {
            labels: labels
                .map(|(name, label)| (name.clone(), label.generation))
                .collect(),
            splits,
        })
    }

    /// Whether nothing that readers get of these labels has changed since.
    pub(crate) fn is_current(&self, state: &State, key: &ViewKey) -> bool {
        key.labels
            .iter()
            .zip(&self.labels)
            .all(|(asked, (taken, generation))| {
                state
                    .label(asked.as_str())
                    .is_some_and(|(name, label)| label.generation == *generation && name == taken)
            })
    }

    /// The splits that concern the view, by id.
    pub(crate) fn splits(&self) -> &[Arc<Split>] {
        &self.splits
    }

    /// The arms that the splits give a reader.
    #[inline]
    pub(crate) fn arms(&self, subject: &Subject<'_>) -> Arms {
        Arms::of(&self.splits, subject)
    }

    /// The splits with these arms, by id.
    pub(crate) fn assigned<'a>(
        &'a self,
        arms: &'a Arms,
    ) -> impl Iterator<Item = (&'a Arc<Split>, Arm)> + use<'a> {
        let splits = self.splits.iter().enumerate();
        splits.map(|(index, split)| (split, arms.get(index)))
    }

    /// The arm that one of the splits gave.
    pub(super) fn arm_of(&self, id: &SplitId, arms: &Arms) -> Arm {
        let found = self.splits.binary_search_by(|split| split.id.cmp(id));
        found.map_or(Arm::Stable, |index| arms.get(index))
    }
}

/// The splits that hold a document which the view looks for, by id.
fn concerning(state: &State, key: &ViewKey) -> Vec<Arc<Split>> {
    let mut splits = BTreeMap::new();
    let labels = key.labels.iter();
    for (name, label) in labels.filter_map(|label| state.label(label.as_str())) {
        for path in &candidates_on(state, name, label, key) {
            let document = label.documents.get(path.as_str());
            let document = document.filter(|document| format_of(label, document).is_some());
            let held = document.and_then(|document| document.held.as_ref());
            if let Some(split) = held.and_then(|held| state.splits.get(&held.by)) {
                splits.insert(&split.id, split);
            }
        }
    }
    splits.into_values().cloned().collect()
}
