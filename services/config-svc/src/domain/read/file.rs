//! Finds the file at a path.

use vortex_spring::plain_text;

use super::{ReadRefused, ViewKey, version_of};
use crate::domain::{
    Arm, Assigned, ContentRef, Document, Label, LabelState, Path, Profile, State, Subject, Version,
    VersionName, folders,
};

/// A file and the version of it that a reader gets.
#[derive(Debug, Clone)]
pub(crate) struct Located {
    pub path: Path,
    pub version: VersionName,
    /// The version's content.
    pub content: ContentRef,
    /// The splits that decided it, by id.
    pub assigned: Vec<Assigned>,
}

/// Finds the file that a reader gets at a path: a file named for a profile takes precedence, and so
/// does the last label.
pub(crate) fn locate(
    state: &State,
    key: &ViewKey,
    path: &Path,
    subject: &Subject<'_>,
) -> Result<Located, ReadRefused> {
    let profiles: Vec<&str> = key.profiles.iter().map(Profile::as_str).collect();
    let candidates = plain_text::candidates(path.as_str(), &profiles);
    let mut search = Search::default();
    for (name, label) in super::labels(state, key)?.into_iter().rev() {
        for folder in folders(state, name, label, key).iter().rev() {
            for candidate in &candidates {
                let candidate = below(folder, candidate);
                let found = search.look(state, label, &candidate, subject);
                if let Some((path, version)) = found {
                    return Ok(Located {
                        content: *version.readable(name, path)?,
                        path: path.clone(),
                        version: version.name.clone(),
                        assigned: search.assigned(),
                    });
                }
            }
        }
    }
    Err(ReadRefused::FileNotFound {
        label: key.labels.first().cloned().unwrap_or_else(Label::main),
        path: path.clone(),
    })
}

fn below(folder: &str, path: &str) -> String {
    match folder.is_empty() {
        true => path.to_owned(),
        false => [folder, "/", path].concat(),
    }
}

/// The splits that decided which file a path means.
#[derive(Default)]
struct Search {
    assigned: Vec<Assigned>,
}

impl Search {
    fn look<'a>(
        &mut self,
        state: &State,
        label: &'a LabelState,
        path: &str,
        subject: &Subject<'_>,
    ) -> Option<(&'a Path, &'a Version)> {
        let document = label.documents.get(path)?;
        let arm = self.assign(state, document, subject);
        let version = version_of(document, arm).filter(|version| version.content.exists())?;
        Some((&document.path, version))
    }

    fn assigned(mut self) -> Vec<Assigned> {
        self.assigned
            .sort_by(|one, other| one.split.id.cmp(&other.split.id));
        self.assigned
            .dedup_by(|one, other| one.split.id == other.split.id);
        self.assigned
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
            forced: split.is_forced(subject),
        });
        arm
    }
}
