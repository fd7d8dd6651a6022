//! Decides what a command does: `(state, command) → record | unchanged | refused`.

mod freeze;
mod import;
mod key;
mod overrides;
mod ownership;
pub(super) mod plan;
mod release;
mod restore;
mod retain;
mod revert;
mod split;
mod undo;
mod write;

pub(crate) use plan::{SplitTarget, plan_split};
pub(crate) use split::check_set_split;
pub(crate) use undo::plan_undo;

use jiff::Timestamp;
use vortex_names::is_remembered;

use super::{
    Body, ChangeEntry, ClusterId, Command, HybridTime, Outcome, Precondition, Refused, RequestKey,
    Seq, State, StoreId, document::Document,
};
use split::Holder;

/// Who sent a request, and what identifies it when it is repeated.
#[derive(Debug, Clone)]
pub struct Request {
    /// The authenticated caller.
    pub principal: String,
    /// The key that makes the request idempotent, if the caller gave an id.
    pub key: Option<RequestKey>,
}

/// The decision on a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decided {
    /// A record must be appended; the outcome is valid once that is durable.
    Append(Body, Outcome),
    /// Nothing changes: it is so already, or the request was answered before.
    Unchanged(Outcome),
}

/// The cluster that decides, and the store of its log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    pub cluster: ClusterId,
    pub store: StoreId,
}

/// Decides what `command`, which came to the cluster `own`, does to `state` at `now`.
pub(crate) fn decide(
    state: &State,
    own: &Own,
    request: &Request,
    command: Command,
    now: Timestamp,
) -> Result<Decided, Refused> {
    if let Some(outcome) = answered(state, request, now)? {
        return Ok(Decided::Unchanged(outcome));
    }
    ownership::check(state, own, &command)?;
    let author = Author {
        principal: &request.principal,
        time: state.time.next(now),
    };
    let decided = match command {
        Command::Write(write) => write::decide(state, author, write),
        Command::Import(import) => import::decide(state, author, import),
        Command::RemoveLabel(removal) => import::decide_removal(state, author, removal),
        Command::DetachLabel(detachment) => import::decide_detachment(state, detachment),
        Command::NoteImported(imported) => Ok(import::decide_imported(state, imported)),
        Command::Release(release) => release::decide(state, author, release),
        Command::Discard(selector) => release::decide_discard(state, selector),
        Command::SetSplit(set) => split::decide(state, set, author.time.wall),
        Command::EndSplit(end) => split::decide_end(state, end, author.time.wall),
        Command::StageRevert(id) => revert::decide(state, author, id),
        Command::Undo(undo) => undo::decide(state, author, undo),
        Command::SetFreeze(set) => freeze::decide_set(state, author, set),
        Command::EndFreeze(end) => freeze::decide_end(state, end),
        Command::ExpireFreezes => Ok(freeze::decide_expiry(state, author.time.wall)),
        Command::SetOverride(set) => overrides::decide_set(state, author, set),
        Command::RemoveOverride(removal) => overrides::decide_remove(state, removal),
        Command::ExpireOverrides => Ok(overrides::decide_expiry(state, own, author.time.wall)),
        Command::CreateKey(create) => key::decide_create(state, author, create),
        Command::RotateKey(rotate) => key::decide_rotate(state, author, rotate),
        Command::SetOwnership(set) => ownership::decide(state, own, author, set),
        Command::Retain => Ok(retain::decide(state, own, author)),
        Command::RevokeKey(id) => key::decide_revoke(state, author, id),
    }?;
    Ok(match decided {
        // a key that is revoked stays so: its repeat changes nothing either, and needs no note
        Decided::Unchanged(outcome) if request.key.is_some() && outcome.change != Seq(0) => {
            noted(state, outcome)
        }
        decided => decided,
    })
}

/// Remembers the answer to a request that may be repeated, even if nothing changed: by the time it
/// is repeated, something may have.
fn noted(state: &State, outcome: Outcome) -> Decided {
    let body = Body::Unchanged {
        change: outcome.change,
    };
    let at = state.head.next();
    Decided::Append(body, Outcome { at, ..outcome })
}

/// The writer, and the time of the record to be written.
#[derive(Clone, Copy)]
struct Author<'a> {
    principal: &'a str,
    time: HybridTime,
}

fn answered(state: &State, request: &Request, now: Timestamp) -> Result<Option<Outcome>, Refused> {
    let Some(RequestKey { id, body }) = &request.key else {
        return Ok(None);
    };
    match state.requests.get(&request.principal, id) {
        Some(answered) if !is_remembered(answered.at, now) => Ok(None),
        Some(answered) if answered.body == *body => Ok(Some(answered.outcome.clone())),
        Some(_) => Err(Refused::RequestIdReused(id.clone())),
        None => Ok(None),
    }
}

fn check_precondition(
    document: Option<&Document>,
    path: &super::Path,
    precondition: &Precondition,
) -> Result<(), Refused> {
    let served = document
        .and_then(Document::served)
        .and_then(|version| version.content.stored());
    let holds = match (precondition, served) {
        (Precondition::Digest(wanted), Some(content)) => content.sha256 == *wanted,
        (Precondition::Exists, Some(_)) | (Precondition::Missing, None) => true,
        _ => false,
    };
    if holds {
        return Ok(());
    }
    Err(Refused::PreconditionFailed {
        path: path.clone(),
        found: served.map_or_else(
            || "there is none".into(),
            |content| format!("its digest is {}", content.sha256),
        ),
    })
}

impl Outcome {
    fn of(state: &State, entry: &ChangeEntry) -> Self {
        Self {
            at: state.head,
            change: entry.change.seq,
            label: entry.change.label.clone(),
            name: entry.change.name.clone(),
            digest: entry.change.digest,
            created: false,
            moved: false,
        }
    }
}

/// Whether all documents of a change set are stable at the versions it wrote.
fn is_stable(state: &State, entry: &ChangeEntry) -> bool {
    let Some(label) = state.labels.get(&entry.change.label) else {
        return false;
    };
    entry.change.documents.iter().all(|changed| {
        label
            .documents
            .get(&changed.path)
            .is_some_and(|document| document.stable == Some(entry.change.seq))
    })
}

/// Whether every version that a change set wrote is still kept, so that it can be released whole.
fn is_kept(state: &State, entry: &ChangeEntry) -> bool {
    let change = &entry.change;
    state.labels.get(&change.label).is_some_and(|label| {
        change.documents.iter().all(|changed| {
            label
                .documents
                .get(&changed.path)
                .is_some_and(|document| document.at(change.seq).is_some())
        })
    })
}

/// Checks that a change set that was rolled back is used again only by force and with a reason.
fn check_rolled_back(entry: &ChangeEntry, wanted: bool) -> Result<(), Refused> {
    match &entry.rolled_back_by {
        Some(by) if !wanted => Err(Refused::RolledBack {
            name: entry.change.name.clone(),
            by: by.clone(),
        }),
        _ => Ok(()),
    }
}

/// Checks that going back does not make a document stable beside another of the same stem that came
/// since, or that a split gives to some readers unless the release ends it. Files of a source may
/// share a stem.
fn check_release(state: &State, entry: &ChangeEntry, ends: &[Holder]) -> Result<(), Refused> {
    let change = &entry.change;
    let Some(label) = state.labels.get(&change.label) else {
        return Ok(());
    };
    if label.feed.is_some() {
        return Ok(());
    }
    for changed in change.documents.iter().filter(|d| d.content.exists()) {
        let beside = label
            .of_stem(changed.path.stem())
            .find(|other| other.path != changed.path && stays_served(other, entry, ends));
        if let Some(other) = beside {
            return Err(Refused::Ambiguous {
                path: changed.path.clone(),
                other: other.path.clone(),
                owner: "the same application and profile".into(),
            });
        }
    }
    Ok(())
}

/// Whether any reader gets a document after a release of `entry`.
fn stays_served(document: &Document, entry: &ChangeEntry, ends: &[Holder]) -> bool {
    let changed = entry
        .change
        .documents
        .iter()
        .find(|d| d.path == document.path);
    match changed {
        Some(changed) => changed.content.exists(),
        None => {
            let by = document.held.as_ref().map(|held| &held.by);
            let ends = ends.iter().any(|holder| Some(&holder.by) == by);
            document.served().is_some() || (!ends && has_canary(document))
        }
    }
}

/// Whether a split gives part of all readers a document.
fn has_canary(document: &Document) -> bool {
    let canary = document.canary_version();
    canary.is_some_and(|version| version.content.exists())
}
