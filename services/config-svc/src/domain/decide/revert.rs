//! Stages a change set that reverts a released split.

use super::super::{
    Before, Body, ChangeEntry, ChangeSet, ChangeState, ChangedDocument, Content, End, LabelState,
    Outcome, Refused, Seq, Sha256, Split, SplitId, State, VersionName,
};
use super::{Author, Decided, check_release, is_kept, split::check_free};
use std::sync::Arc;

/// Hex digits that make the name of a revert unique.
const HASH_DIGITS: usize = 8;
/// The most bytes of the reverted change set's name in the name of the revert.
const NAME_BYTES: usize = 100;

pub(super) fn decide(state: &State, author: Author<'_>, id: SplitId) -> Result<Decided, Refused> {
    let (split, before, revert) = released(state, &id)?;
    let label = state
        .labels
        .get(&split.label)
        .ok_or_else(|| Refused::LabelNotFound(split.label.clone()))?;
    let documents = before
        .iter()
        .filter(|before| before.stable != Some(split.change))
        .map(|before| document_before(label, split, before))
        .collect::<Result<Arc<[ChangedDocument]>, _>>()?;
    check_free(label, documents.iter().map(|d| &d.path), |_| true)?;
    let known = revert.and_then(|seq| state.changes.get(&seq));
    if let Some(known) = known.filter(|known| is_kept(state, known))
        && let Some(decided) = stage_again(state, known)?
    {
        return Ok(decided);
    }
    let change = Arc::new(change_set(state, author, split, documents));
    let staged = ChangeEntry::written(change.clone(), ChangeState::Staged);
    check_release(state, &staged, &[])?;
    let outcome = Outcome {
        at: change.seq,
        change: change.seq,
        label: change.label.clone(),
        name: change.name.clone(),
        digest: change.digest,
        created: true,
        moved: false,
    };
    let body = Body::Change {
        change,
        released: false,
        source: None,
        reverts: Some(id),
        awaits_rollout: false,
    };
    Ok(Decided::Append(body, outcome))
}

/// The revert that was staged before, unless readers have had it already.
fn stage_again(state: &State, known: &ChangeEntry) -> Result<Option<Decided>, Refused> {
    let outcome = Outcome::of(state, known);
    match known.state {
        ChangeState::Staged => {
            check_release(state, known, &[])?;
            Ok(Some(Decided::Unchanged(outcome)))
        }
        ChangeState::Discarded if known.rolled_back_by.is_none() => {
            check_release(state, known, &[])?;
            let at = state.head.next();
            let change = known.change.seq;
            let restaged = Decided::Append(Body::Restage { change }, Outcome { at, ..outcome });
            Ok(Some(restaged))
        }
        ChangeState::Discarded | ChangeState::Released | ChangeState::RolledBack => Ok(None),
    }
}

type ReleasedSplit<'a> = (&'a Split, &'a [Before], Option<Seq>);

fn released<'a>(state: &'a State, id: &SplitId) -> Result<ReleasedSplit<'a>, Refused> {
    if state.splits.contains_key(id) {
        return Err(Refused::SplitActive(id.clone()));
    }
    let ended = state.ended.get(id.as_str());
    let ended = ended.ok_or_else(|| Refused::SplitNotFound(id.clone()))?;
    match &ended.end {
        End::Released {
            split,
            before,
            revert,
        } => Ok((split, before, *revert)),
        End::NeverBegan | End::Removed(_) | End::Detached(_) => Err(Refused::SplitEnded {
            id: id.clone(),
            how: ended.ending(),
        }),
    }
}

/// The write that takes a document back to its version from before the split. What the split
/// released must still be stable.
fn document_before(
    label: &LabelState,
    split: &Split,
    before: &Before,
) -> Result<ChangedDocument, Refused> {
    let path = &before.path;
    let document = label.documents.get(path);
    let stable = document.and_then(|document| document.stable_version());
    if stable.is_none_or(|stable| stable.seq != split.change) {
        return Err(Refused::PreconditionFailed {
            path: path.clone(),
            found: stable.map_or_else(
                || "there is none".into(),
                |stable| format!("it is {}", stable.name),
            ),
        });
    }
    let content = match before.stable {
        None => Content::Absent,
        Some(seq) => document
            .and_then(|document| document.at(seq))
            .map(|version| version.content.clone())
            .ok_or_else(|| Refused::BeforeNotKept {
                id: split.id.clone(),
                path: path.clone(),
            })?,
    };
    Ok(ChangedDocument {
        path: path.clone(),
        content,
        written_for: document.and_then(|document| document.written_for.clone()),
    })
}

fn change_set(
    state: &State,
    author: Author<'_>,
    split: &Split,
    documents: Arc<[ChangedDocument]>,
) -> ChangeSet {
    let digest = ChangeSet::digest_of(documents.iter().map(|d| (&d.path, &d.content)));
    let seq = state.head.next();
    ChangeSet {
        seq,
        name: name(split, seq),
        label: split.label.clone(),
        digest,
        message: format!("Takes {} of rollout {} back", split.name, split.id),
        author: format!("rollout {}", split.id),
        principal: author.principal.to_owned(),
        written_at: author.time.wall,
        documents,
    }
}

/// A unique name: several splits may release the same change set, and a forgotten split's id may be
/// used again.
fn name(split: &Split, seq: Seq) -> VersionName {
    let hash = Sha256::of_parts([split.id.as_str().as_bytes(), &seq.0.to_be_bytes()]);
    // names are ASCII, so any byte is a character's end
    let change = split.name.as_str();
    let change = change.get(..NAME_BYTES).unwrap_or(change);
    VersionName::trusted(&format!("revert-{change}-{}", hash.short(HASH_DIGITS)))
}
