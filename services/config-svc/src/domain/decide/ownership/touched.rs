//! What commands and records are about.

use super::super::super::{
    AppProfile, Body, ChangeSet, Command, Holding, Import, Label, Path, Selector, Seq, State,
    UndoTarget,
};

/// A thing that has an owner.
pub(super) enum Touched<'a> {
    Document(&'a Label, &'a Path),
    /// A label that a source feeds, with all that is on it.
    Label(&'a Label),
}

/// Calls `found` for each thing that a command is about, as far as it is known here.
pub(super) fn each(state: &State, command: &Command, found: &mut impl FnMut(Touched<'_>)) {
    match command {
        Command::Write(write) => {
            // see `State::label`
            let meant = state.label(write.label.as_str());
            let label = meant.map_or(&write.label, |(label, _)| label);
            for document in &write.documents {
                found(Touched::Document(label, &document.path));
            }
        }
        Command::Import(import) => of_import(state, import, found),
        Command::RemoveLabel(removal) => found(Touched::Label(&removal.label)),
        Command::DetachLabel(detachment) => found(Touched::Label(&detachment.label)),
        Command::Release(release) => selected(state, &release.selector, found),
        Command::Discard(selector) => selected(state, selector, found),
        Command::SetSplit(set) => {
            let known = state.splits.get(&set.to.id).map(|split| split.change);
            of_change(state, known.unwrap_or(set.to.change), found);
        }
        Command::EndSplit(end) => {
            let known = state.splits.get(&end.id).map(|split| split.change);
            if let Some(change) = known.or(end.change) {
                of_change(state, change, found);
            }
        }
        Command::StageRevert(id) => {
            let ended = state.ended.get(id.as_str());
            if let Some(split) = ended.and_then(|ended| ended.split()) {
                of_change(state, split.change, found);
            }
        }
        Command::Undo(undo) => match &undo.target {
            UndoTarget::Change(selector) => selected(state, selector, found),
            UndoTarget::Document { label, owner } => {
                let document = state.document_of(label.as_str(), owner);
                if let Some(change) = document.and_then(|document| document.stable) {
                    of_change(state, change, found);
                }
                of_owner(state, label, owner, found);
            }
        },
        Command::SetOverride(set) => {
            of_owner(state, &set.target.label, &set.target.of, found);
        }
        Command::RemoveOverride(removal) => {
            of_owner(state, &removal.target.label, &removal.target.of, found);
        }
        // of this cluster alone, or only of what it owns
        Command::NoteImported(_)
        | Command::SetFreeze(_)
        | Command::EndFreeze(_)
        | Command::ExpireFreezes
        | Command::ExpireOverrides
        | Command::CreateKey(_)
        | Command::RotateKey(_)
        | Command::RevokeKey(_)
        | Command::Retain
        | Command::SetOwnership(_) => {}
    }
}

/// Calls `found` for each document that a record is about.
pub(super) fn each_of_record(state: &State, body: &Body, found: &mut impl FnMut(&Label, &Path)) {
    let mut change = |change: &ChangeSet| {
        for document in change.documents.iter() {
            found(&change.label, &document.path);
        }
    };
    match body {
        Body::Change {
            change: written, ..
        } => change(written),
        Body::Release { .. }
        | Body::Discard { .. }
        | Body::Restage { .. }
        | Body::Unchanged { .. }
        | Body::SplitMoved(_)
        | Body::SplitEnded { .. } => {
            let earlier = body.earlier_change();
            if let Some(entry) = earlier.and_then(|seq| state.changes.get(&seq)) {
                change(&entry.change);
            }
        }
        Body::OverrideSet(set) => {
            found(&set.target.label, &path_of(&set.target.of));
        }
        Body::OverrideEnded(end) => {
            for (_, target) in &end.which {
                found(&target.label, &path_of(&target.of));
            }
        }
        Body::LabelRemoved { .. }
        | Body::LabelDetached { .. }
        | Body::SourceImported { .. }
        | Body::FreezeSet(_)
        | Body::FreezeEnded(_)
        | Body::KeyCreated(_)
        | Body::KeyRotated(_)
        | Body::KeyRevoked(..)
        | Body::Retained { .. }
        | Body::OwnershipSet(_) => {}
    }
}

/// A label that is not fed yet is taken as it is, so all that is on it counts.
fn of_import(state: &State, import: &Import, found: &mut impl FnMut(Touched<'_>)) {
    found(Touched::Label(&import.label));
    let label = state.labels.get(&import.label);
    if label.is_some_and(|label| label.feed.is_some()) {
        return;
    }
    let there = label.into_iter().flat_map(|label| label.documents.keys());
    for path in there.chain(import.documents.iter().map(|document| &document.path)) {
        found(Touched::Document(&import.label, path));
    }
}

fn selected(state: &State, selector: &Selector, found: &mut impl FnMut(Touched<'_>)) {
    match (state.select(selector), &selector.holding) {
        (Ok(entry), _) => of_change(state, entry.change.seq, found),
        (Err(_), Holding::Path(path)) => found(Touched::Document(&selector.label, path)),
        (Err(_), Holding::Document(owner)) => of_owner(state, &selector.label, owner, found),
        // there is none of this name, which the command says
        (Err(_), Holding::Anything) => {}
    }
}

fn of_change(state: &State, change: Seq, found: &mut impl FnMut(Touched<'_>)) {
    let Some(entry) = state.changes.get(&change) else {
        return;
    };
    for document in entry.change.documents.iter() {
        found(Touched::Document(&entry.change.label, &document.path));
    }
}

fn of_owner(state: &State, label: &Label, owner: &AppProfile, found: &mut impl FnMut(Touched<'_>)) {
    let meant = state.label(label.as_str());
    let label = meant.map_or(label, |(label, _)| label);
    found(Touched::Document(label, &path_of(owner)));
}

/// A path of the documents of an application and profile: who owns it, owns them.
pub(in super::super) fn path_of(owner: &AppProfile) -> Path {
    Path::trusted(&format!("{}.yml", owner.stem()))
}
