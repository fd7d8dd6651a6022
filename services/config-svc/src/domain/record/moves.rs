//! What a record changed of what is stable.

use super::super::{Document, Outcome, Path, Seq, State, VersionName};

/// The most documents that a record lists; the others are counted.
const MAX_MOVED: usize = 100;

/// The documents whose stable version a record changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moves {
    /// The first `MAX_MOVED` of them.
    pub listed: Vec<Moved>,
    /// How many there are.
    pub count: u32,
}

/// A document whose stable version was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    pub path: Path,
    /// The version that was stable before. None when nothing was.
    pub from: Option<(Seq, VersionName)>,
    /// The version that is stable now.
    pub to: VersionName,
}

impl Moves {
    /// What a command with this outcome moved, from the states before and after it.
    pub(crate) fn between(before: &State, after: &State, outcome: &Outcome) -> Self {
        let mut moves = Self::default();
        let (Some(entry), Some(now)) = (
            after.changes.get(&outcome.change),
            after.labels.get(&outcome.label),
        ) else {
            return moves;
        };
        let was = before.labels.get(&outcome.label);
        for changed in entry.change.documents.iter() {
            let path = &changed.path;
            let was = was.and_then(|label| label.documents.get(path));
            let now = now.documents.get(path);
            if let Some(moved) = now.and_then(|now| Moved::between(was.map(AsRef::as_ref), now)) {
                moves.add(moved);
            }
        }
        moves
    }

    fn add(&mut self, moved: Moved) {
        self.count += 1;
        if self.listed.len() < MAX_MOVED {
            self.listed.push(moved);
        }
    }
}

impl Moved {
    fn between(was: Option<&Document>, now: &Document) -> Option<Self> {
        let from = was.and_then(Document::stable_version);
        let to = now.stable_version()?;
        // a version that a source writes again moves to the end, and readers get what they had
        let same = from.is_some_and(|from| {
            from.seq == to.seq || (from.name == to.name && from.content == to.content)
        });
        (!same).then(|| Self {
            path: now.path.clone(),
            from: from.map(|from| (from.seq, from.name.clone())),
            to: to.name.clone(),
        })
    }
}
