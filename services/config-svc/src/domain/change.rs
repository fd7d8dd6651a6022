//! Change sets: documents that are written together.

use super::{AppProfile, Content, Label, Path, Seq, Sha256, SplitId, VersionName};
use jiff::Timestamp;
use std::sync::Arc;

/// An immutable, atomic set of documents written together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeSet {
    /// The position at which it was written. It distinguishes change sets of the same name.
    pub seq: Seq,
    /// Its name, and that of the versions it wrote.
    pub name: VersionName,
    /// The label of all its documents.
    pub label: Label,
    /// The hash over its ordered paths and contents.
    pub digest: Sha256,
    /// Why, for people.
    pub message: String,
    /// Who made it, as the caller said.
    pub author: String,
    /// The authenticated caller.
    pub principal: String,
    /// When it was written.
    pub written_at: Timestamp,
    /// The documents it wrote.
    pub documents: Arc<[ChangedDocument]>,
}

/// One document of a change set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedDocument {
    pub path: Path,
    /// Its new content.
    pub content: Content,
    /// The application and profile it was written for, if it was written for one.
    pub written_for: Option<AppProfile>,
}

/// The state of a change set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeState {
    /// Stored, but not yet released.
    Staged,
    /// Made stable at least once.
    Released,
    /// Given up before it was released.
    Discarded,
    /// Taken back from those readers that a split had given it.
    RolledBack,
}

/// A change set and its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeEntry {
    pub change: Arc<ChangeSet>,
    /// Its state.
    pub state: ChangeState,
    /// The split that it was rolled back with, until it is released all the same. It is remembered
    /// while the change set is discarded, so that staging it again does not clear it.
    pub rolled_back_by: Option<SplitId>,
    /// How many of its versions are kept; it is forgotten with the last of them. A change set
    /// without documents counts as one version until it is old.
    pub kept: u32,
}

impl ChangeEntry {
    /// An entry for a change set that was just written.
    pub fn written(change: Arc<ChangeSet>, state: ChangeState) -> Self {
        let kept = (change.documents.len() as u32).max(1);
        Self {
            change,
            state,
            rolled_back_by: None,
            kept,
        }
    }

    /// Notes that it became stable.
    pub(super) fn release(&mut self) {
        self.state = ChangeState::Released;
        self.rolled_back_by = None;
    }

    /// Notes that it was staged again.
    pub(super) fn restage(&mut self) {
        self.state = match self.rolled_back_by {
            Some(_) => ChangeState::RolledBack,
            None => ChangeState::Staged,
        };
    }

    /// Notes the split that rolled it back, for checkpoints of earlier versions, which don't say
    /// so. One that was ever released stays released: which of the two came first is not known.
    pub(super) fn restore_rolled_back(&mut self, by: &SplitId) {
        match self.state {
            ChangeState::Staged => self.roll_back(by.clone()),
            ChangeState::Discarded if self.rolled_back_by.is_none() => {
                self.rolled_back_by = Some(by.clone());
            }
            _ => {}
        }
    }

    /// Notes the split that rolled it back.
    pub(super) fn roll_back(&mut self, by: SplitId) {
        self.state = ChangeState::RolledBack;
        self.rolled_back_by = Some(by);
    }
}

impl ChangeSet {
    /// The hash over ordered paths and contents, the same in every cluster.
    pub fn digest_of<'a>(documents: impl IntoIterator<Item = (&'a Path, &'a Content)>) -> Sha256 {
        let mut parts: Vec<(&str, Vec<u8>)> = documents
            .into_iter()
            .map(|(path, content)| (path.as_str(), content.fingerprint()))
            .collect();
        parts.sort_unstable();
        Sha256::of_parts(
            parts
                .iter()
                .flat_map(|(path, content)| [path.as_bytes(), content.as_slice()]),
        )
    }
}
