//! Change sets that bring earlier contents back.

use std::sync::Arc;

use super::super::{
    ChangeEntry, ChangeSet, ChangeState, ChangedDocument, Content, Document, Label, Outcome, Path,
    Seq, Sha256, State, VersionName,
};
use super::Author;

/// Hex digits that make the name of a restoring change set unique.
const HASH_DIGITS: usize = 8;
/// The most bytes of the earlier name in the new one.
const NAME_BYTES: usize = 100;

/// A change set that is to bring earlier contents back.
pub(super) struct Restoring<'a> {
    pub(super) label: &'a Label,
    pub(super) name: VersionName,
    /// Why, for people.
    pub(super) message: String,
    /// Who it is by, as far as people are concerned.
    pub(super) author: String,
    pub(super) documents: Arc<[ChangedDocument]>,
}

impl Restoring<'_> {
    /// The change set, as the next record writes it.
    pub(super) fn change_set(self, state: &State, author: Author<'_>) -> ChangeSet {
        let documents = self.documents;
        ChangeSet {
            seq: state.head.next(),
            name: self.name,
            label: self.label.clone(),
            digest: ChangeSet::digest_of(documents.iter().map(|d| (&d.path, &d.content))),
            message: self.message,
            author: self.author,
            principal: author.principal.to_owned(),
            written_at: author.time.wall,
            documents,
        }
    }
}

/// The write that takes a document back to a version, or deletes it. None when that version is no
/// longer kept.
pub(super) fn back_to(
    path: &Path,
    document: Option<&Document>,
    version: Option<Seq>,
) -> Option<ChangedDocument> {
    let content = match version {
        None => Content::Absent,
        Some(seq) => document?.at(seq)?.content.clone(),
    };
    Some(ChangedDocument {
        path: path.clone(),
        content,
        written_for: document.and_then(|document| document.written_for.clone()),
    })
}

/// A unique name: the same change set may be taken back several times. `of` says what for.
pub(super) fn unique_name(prefix: &str, change: &VersionName, of: &[u8], seq: Seq) -> VersionName {
    let hash = Sha256::of_parts([of, &seq.0.to_be_bytes()]);
    // names are ASCII, so any byte is a character's end
    let change = change.as_str();
    let change = change.get(..NAME_BYTES).unwrap_or(change);
    VersionName::trusted(&format!("{prefix}-{change}-{}", hash.short(HASH_DIGITS)))
}

/// The outcome of writing a restoring change set.
pub(super) fn outcome(change: &ChangeSet, released: bool) -> Outcome {
    Outcome {
        at: change.seq,
        change: change.seq,
        label: change.label.clone(),
        name: change.name.clone(),
        digest: change.digest,
        created: true,
        moved: released,
    }
}

/// The entry of a change set that is about to be written, for checks.
pub(super) fn staged(change: &Arc<ChangeSet>) -> ChangeEntry {
    ChangeEntry::written(change.clone(), ChangeState::Staged)
}
