//! Finds the file that a path names.

use super::{ReadRefused, ViewKey, version_of};
use crate::domain::{Arm, Assigned, Document, LabelState, Path, Profile, State, Subject, Version};
use vortex_spring::plain_text;

/// A file that was looked for.
#[derive(Debug, Clone)]
pub struct Located {
    /// Its path and the version the reader gets. None where there is none.
    pub found: Option<(Path, Version)>,
    /// The splits that decided it, by id.
    pub assigned: Vec<Assigned>,
}

/// The file that a path means to a reader: the one named for a profile first, on the
/// last label first.
pub fn locate(
    state: &State,
    key: &ViewKey,
    path: &Path,
    subject: &Subject<'_>,
) -> Result<Located, ReadRefused> {
    let profiles: Vec<&str> = key.profiles.iter().map(Profile::as_str).collect();
    let candidates = plain_text::candidates(path.as_str(), &profiles);
    let mut located = Located {
        found: None,
        assigned: Vec::new(),
    };
    for (_, label) in super::labels(state, key)?.into_iter().rev() {
        for candidate in &candidates {
            if located.found.is_none() {
                located.look(state, label, candidate.as_ref(), subject);
            }
        }
    }
    let assigned = &mut located.assigned;
    assigned.sort_by(|one, other| one.split.id.cmp(&other.split.id));
    assigned.dedup_by(|one, other| one.split.id == other.split.id);
    Ok(located)
}

impl Located {
    fn look(&mut self, state: &State, label: &LabelState, path: &str, subject: &Subject<'_>) {
        let Some(document) = label.documents.get(path) else {
            return;
        };
        let arm = self.assign(state, document, subject);
        let version = version_of(document, arm).filter(|version| version.content.exists());
        self.found = version.map(|version| (document.path.clone(), version.clone()));
    }

    fn assign(&mut self, state: &State, document: &Document, subject: &Subject<'_>) -> Arm {
        let held = document.held.as_ref();
        let Some(split) = held.and_then(|held| state.splits.get(&held.by)) else {
            return Arm::Stable;
        };
        let arm = split.arm(subject);
        self.assigned.push(Assigned {
            split: split.clone(),
            arm,
        });
        arm
    }
}
