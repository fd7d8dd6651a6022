//! Takes back what made a change set stable.

use std::sync::Arc;

use super::super::{
    Body, ChangeEntry, ChangeState, ChangedDocument, Document, LabelState, Outcome, Path, Refused,
    Seq, State, Undo, UndoTarget, Version, VersionName,
};
use super::{
    Author, Decided, check_release, check_rolled_back, is_kept,
    restore::{Restoring, back_to, outcome, staged, unique_name},
    split::check_free,
};

/// What taking a change set back does.
#[derive(Debug)]
pub(crate) struct UndoPlan<'a> {
    /// The change set that is taken back.
    pub undone: &'a ChangeEntry,
    /// The documents that go back; never empty.
    pub documents: Vec<GoesBack<'a>>,
    /// The change set that is released for it. None when a new one is written.
    pub earlier: Option<&'a ChangeEntry>,
}

/// A document that goes back.
#[derive(Debug)]
pub(crate) struct GoesBack<'a> {
    pub document: &'a Document,
    /// The version that is stable.
    pub from: &'a Version,
    /// The version that it goes back to. None when nothing was stable before.
    pub to: Option<&'a Version>,
}

/// What an undo does to `state`.
///
/// # Errors
/// If the command would be refused.
pub(crate) fn plan_undo<'a>(state: &'a State, undo: &Undo) -> Result<UndoPlan<'a>, Refused> {
    let undone = target(state, undo)?;
    let change = &undone.change;
    let nothing = || Refused::NothingToUndo {
        name: change.name.clone(),
    };
    let label = state.labels.get(&change.label).ok_or_else(nothing)?;
    let documents = change.documents.iter();
    let documents = documents.filter_map(|changed| label.documents.get(&changed.path));
    let stable = documents.filter(|document| document.stable == Some(change.seq));
    let documents = stable
        .map(|document| goes_back(document).ok_or_else(nothing))
        .collect::<Result<Vec<_>, _>>()?;
    if documents.iter().all(|document| document.to.is_none()) {
        return Err(nothing());
    }
    check_free(label, documents.iter().map(GoesBack::path), |_| true)?;
    let earlier = earlier(state, label, &documents)?;
    Ok(UndoPlan {
        undone,
        documents,
        earlier,
    })
}

pub(super) fn decide(state: &State, author: Author<'_>, undo: Undo) -> Result<Decided, Refused> {
    let plan = plan_undo(state, &undo)?;
    match plan.earlier {
        Some(earlier) => release(state, &plan, earlier, undo),
        None => write(state, author, &plan, undo),
    }
}

/// The change set that is meant.
fn target<'a>(state: &'a State, undo: &Undo) -> Result<&'a ChangeEntry, Refused> {
    let entry = match &undo.target {
        UndoTarget::Change(selector) => state.select(selector)?,
        UndoTarget::Document { label, owner } => {
            let document = state.existing_document_of(label, owner)?;
            let found = document.stable.and_then(|seq| state.changes.get(&seq));
            found.ok_or_else(|| Refused::NeverStable {
                path: document.path.clone(),
            })?
        }
    };
    match undo.change {
        Some(seq) if seq != entry.change.seq => Err(Refused::UndoesOther {
            name: entry.change.name.clone(),
            asked: seq,
        }),
        _ => Ok(entry),
    }
}

/// Where a document goes back to. None when that is not remembered or not kept.
fn goes_back(document: &Document) -> Option<GoesBack<'_>> {
    let from = document.stable_version()?;
    let to = match from.release.as_ref()?.replaced {
        None => None,
        Some(seq) => Some(document.at(seq)?),
    };
    Some(GoesBack { document, from, to })
}

impl GoesBack<'_> {
    fn path(&self) -> &Path {
        &self.document.path
    }
}

/// The one earlier change set that the documents go back to, if it is whole and of no others.
fn earlier<'a>(
    state: &'a State,
    label: &LabelState,
    documents: &[GoesBack<'_>],
) -> Result<Option<&'a ChangeEntry>, Refused> {
    let mut changes = documents.iter().map(|back| back.to.map(|to| to.seq));
    let first = changes.next().flatten();
    let Some(entry) = first
        .filter(|first| changes.all(|seq| seq == Some(*first)))
        .and_then(|seq| state.changes.get(&seq))
    else {
        return Ok(None);
    };
    check_rolled_back(entry, false)?;
    let is_same = entry.change.documents.len() == documents.len();
    let is_whole = is_same && is_kept(state, entry) && entry.state == ChangeState::Released;
    if !is_whole || is_superseded(label, entry.change.seq, documents) {
        return Ok(None);
    }
    check_release(state, entry, &[])?;
    Ok(Some(entry))
}

/// Whether the change set's documents are others than those that go back.
fn is_superseded(label: &LabelState, seq: Seq, documents: &[GoesBack<'_>]) -> bool {
    documents.iter().any(|back| {
        let document = label.documents.get(back.path());
        document.is_none_or(|document| document.at(seq).is_none())
    })
}

fn release(
    state: &State,
    plan: &UndoPlan<'_>,
    earlier: &ChangeEntry,
    undo: Undo,
) -> Result<Decided, Refused> {
    let outcome = Outcome {
        at: state.head.next(),
        moved: true,
        ..Outcome::of(state, earlier)
    };
    let body = Body::Release {
        change: earlier.change.seq,
        detached: Vec::new(),
        message: message(&plan.undone.change.name, &undo.reason),
        reason: undo.reason,
        author: undo.author,
    };
    Ok(Decided::Append(body, outcome))
}

fn write(
    state: &State,
    author: Author<'_>,
    plan: &UndoPlan<'_>,
    undo: Undo,
) -> Result<Decided, Refused> {
    let undone = &plan.undone.change;
    let back = |back: &GoesBack<'_>| {
        let version = back.to.map(|to| to.seq);
        back_to(back.path(), Some(back.document), version)
    };
    let documents: Option<Arc<[ChangedDocument]>> = plan.documents.iter().map(back).collect();
    let documents = documents.ok_or_else(|| Refused::NothingToUndo {
        name: undone.name.clone(),
    })?;
    let seq = state.head.next();
    let restoring = Restoring {
        label: &undone.label,
        name: unique_name("undo", &undone.name, &undone.seq.0.to_be_bytes(), seq),
        message: message(&undone.name, &undo.reason),
        author: undo.author,
        documents,
    };
    let change = Arc::new(restoring.change_set(state, author));
    check_release(state, &staged(&change), &[])?;
    let outcome = outcome(&change, true);
    let body = Body::Change {
        change,
        released: true,
        source: None,
        reverts: None,
        undoes: Some(undone.seq),
        awaits_rollout: false,
    };
    Ok(Decided::Append(body, outcome))
}

/// What an undo says of itself, for people.
fn message(undone: &VersionName, reason: &str) -> String {
    match reason {
        "" => format!("Undoes {undone}"),
        reason => format!("Undoes {undone}: {reason}"),
    }
}
