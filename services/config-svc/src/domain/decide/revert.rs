//! Stages a change set that reverts a released split.

use std::sync::Arc;

use super::super::{
    Before, Body, ChangeEntry, ChangeState, ChangedDocument, End, LabelState, Outcome, Refused,
    Seq, Split, SplitId, State,
};
use super::{
    Author, Decided, check_release, is_kept,
    restore::{Restoring, back_to, outcome, staged, unique_name},
    split::check_free,
};

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
    // several splits may release the same change set, and a forgotten split's id may be used again
    let salt = split.id.as_str().as_bytes();
    let restoring = Restoring {
        label: &split.label,
        name: unique_name("revert", &split.name, salt, state.head.next()),
        message: format!("Takes {} of rollout {} back", split.name, split.id),
        author: format!("rollout {}", split.id),
        documents,
    };
    let change = Arc::new(restoring.change_set(state, author));
    check_release(state, &staged(&change), &[])?;
    let outcome = outcome(&change, false);
    let body = Body::Change {
        change,
        released: false,
        source: None,
        reverts: Some(id),
        undoes: None,
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
    back_to(path, document.map(AsRef::as_ref), before.stable).ok_or_else(|| {
        Refused::BeforeNotKept {
            id: split.id.clone(),
            path: path.clone(),
        }
    })
}
