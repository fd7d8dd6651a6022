//! The differences between two commits.

use std::{cmp::Ordering, iter::Peekable};

use crate::{CommitId, FileRef, MAX_FILES, Repository, Result, Skipped, tree::Entry};

/// The difference between two commits, whichever way they are related.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Files whose content differs, by path. A moved file is one deleted and one added; a file
    /// that only became a program or a link is not listed.
    pub changes: Vec<Change>,
    /// What the later commit holds that is not served as a file, changed or not.
    pub skipped: Vec<Skipped>,
}

/// A file that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The path from the top of the repository.
    pub path: String,
    /// What became of it.
    pub kind: ChangeKind,
}

/// The change of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is new.
    Added(FileRef),
    /// Its content is another.
    Modified(FileRef),
    /// It is gone, or is skipped now.
    Deleted,
}

enum Difference {
    Added(Entry),
    Modified(Entry),
    Deleted,
}

impl Repository {
    /// What has to change in the files of `from` to make them those of `to`, by what
    /// [`files`](Self::files) would list for each.
    pub fn changes(&self, from: CommitId, to: CommitId) -> Result<Changes> {
        let store = self.store();
        // Whole lists are compared, not folder by folder: a link's content changes with its target.
        let old = self.tree(&store, from, MAX_FILES)?;
        let new = self.tree(&store, to, MAX_FILES)?;
        let changes = differences(
            old.files.into_iter().peekable(),
            new.files.into_iter().peekable(),
        );
        let changes = changes.into_iter().map(|(path, difference)| {
            let file = |path: &String, entry| self.file(&store, to, path.clone(), entry);
            let kind = match difference {
                Difference::Added(entry) => ChangeKind::Added(file(&path, entry)?),
                Difference::Modified(entry) => ChangeKind::Modified(file(&path, entry)?),
                Difference::Deleted => ChangeKind::Deleted,
            };
            Ok(Change { path, kind })
        });
        Ok(Changes {
            changes: changes.collect::<Result<_>>()?,
            skipped: new.skipped,
        })
    }
}

/// Merges two lists in the order of their paths.
fn differences(
    mut old: Peekable<impl Iterator<Item = (String, Entry)>>,
    mut new: Peekable<impl Iterator<Item = (String, Entry)>>,
) -> Vec<(String, Difference)> {
    let mut differences = Vec::new();
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => return differences,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((before, _)), Some((after, _))) => before.cmp(after),
        };
        let before = if order.is_le() { old.next() } else { None };
        let after = if order.is_ge() { new.next() } else { None };
        match (before, after) {
            (Some((path, _)), None) => differences.push((path, Difference::Deleted)),
            (None, Some((path, entry))) => differences.push((path, Difference::Added(entry))),
            (Some((_, old)), Some((path, new))) if old.blob != new.blob => {
                differences.push((path, Difference::Modified(new)));
            }
            _ => {}
        }
    }
}
