//! Writes a change set through the API.

use std::{collections::HashSet, sync::Arc};

use super::super::{
    Body, ChangeEntry, ChangeSet, ChangeState, ChangedDocument, Document, DocumentWrite,
    LabelState, MAX_DOCUMENT_BYTES, MediaType, Outcome, Path, Refused, State, VersionName,
    WriteChange,
};
use super::{
    Author, Decided, check_precondition, check_release, check_rolled_back,
    freeze::{check_new, check_thawed},
    has_canary, is_kept, is_stable,
    split::{check_free, movers},
};

/// Hex digits of a name that is derived from the contents.
const HASH_NAME_DIGITS: usize = 12;

pub(super) fn decide(
    state: &State,
    author: Author<'_>,
    mut write: WriteChange,
) -> Result<Decided, Refused> {
    let empty = LabelState::default();
    // what readers of `main` get is what is written: see `State::label`
    let meant = state.label(write.label.as_str());
    let label = meant.map_or(&empty, |(_, label)| label);
    check_documents(state, label, &write)?;
    if let Some((name, _)) = meant {
        write.label = name.clone();
    }
    let change = change_set(state, author, &write);
    match same_change(state, label, &change)? {
        Some(existing) if is_kept(state, existing) => {
            check_release(state, existing, &[])?;
            write_again(state, author, existing, &write)
        }
        // part of what it wrote is no longer kept: it is written again
        Some(_) | None => {
            if !write.stage_only {
                check_free(label, write.documents.iter().map(|d| &d.path), |_| true)?;
                let documents = write.documents.iter();
                let documents = documents.map(|d| (&d.path, d.written_for.as_ref()));
                check_thawed(state, &write.label, documents, author.time.wall)?;
            }
            let outcome = Outcome {
                at: change.seq,
                change: change.seq,
                label: change.label.clone(),
                name: change.name.clone(),
                digest: change.digest,
                created: true,
                moved: !write.stage_only,
            };
            let body = Body::Change {
                change: Arc::new(change),
                released: !write.stage_only,
                source: None,
                reverts: None,
                undoes: None,
                awaits_rollout: false,
            };
            Ok(Decided::Append(body, outcome))
        }
    }
}

/// Decides a write of the same content under the same name, which is the same change set: nothing
/// is written. It is released, or staged again after it was discarded, if that was asked for and is
/// not so already.
fn write_again(
    state: &State,
    author: Author<'_>,
    existing: &ChangeEntry,
    write: &WriteChange,
) -> Result<Decided, Refused> {
    let stage_only = write.stage_only;
    let outcome = Outcome::of(state, existing);
    let change = existing.change.seq;
    let body = match existing.state {
        ChangeState::Discarded if stage_only => Body::Restage { change },
        _ if stage_only || is_stable(state, existing) => return Ok(Decided::Unchanged(outcome)),
        _ => {
            check_rolled_back(existing, false)?;
            if let Some(holder) = movers(state, existing).first() {
                return Err(holder.conflict());
            }
            check_new(state, existing, author.time.wall)?;
            Body::Release {
                change,
                detached: Vec::new(),
                reason: String::new(),
                author: write.author.clone(),
                message: write.message.clone(),
            }
        }
    };
    let outcome = Outcome {
        at: state.head.next(),
        moved: !stage_only,
        ..outcome
    };
    Ok(Decided::Append(body, outcome))
}

fn check_documents(state: &State, label: &LabelState, write: &WriteChange) -> Result<(), Refused> {
    if let Some(feed) = &label.feed {
        return Err(Refused::FedBySource {
            label: write.label.clone(),
            source_name: feed.source.clone(),
        });
    }
    let first = write.documents.first().ok_or(Refused::NoDocuments)?;
    if let Some(precondition) = &write.precondition {
        let document = label.documents.get(&first.path).map(Arc::as_ref);
        check_precondition(document, &first.path, precondition)?;
    }
    let mut paths = HashSet::new();
    for document in &write.documents {
        if !paths.insert(&document.path) {
            return Err(Refused::DuplicatePath(document.path.clone()));
        }
        check_document(state, label, write, document)?;
    }
    Ok(())
}

fn check_document(
    state: &State,
    label: &LabelState,
    write: &WriteChange,
    document: &DocumentWrite,
) -> Result<(), Refused> {
    match document.content.stored() {
        Some(content) if content.size as usize > MAX_DOCUMENT_BYTES => Err(Refused::TooLarge {
            path: document.path.clone(),
            bytes: u64::from(content.size),
        }),
        Some(_) => check_stem(state, label, write, document),
        None => check_deletable(label, write, document),
    }
}

fn check_deletable(
    label: &LabelState,
    write: &WriteChange,
    document: &DocumentWrite,
) -> Result<(), Refused> {
    match label.documents.get(&document.path) {
        Some(existing) if !is_same_owner(existing, document) => Err(ambiguous(document, existing)),
        Some(_) => Ok(()),
        None => Err(Refused::DocumentNotFound {
            label: write.label.clone(),
            path: document.path.clone(),
        }),
    }
}

/// Checks that a stem belongs to one application and profile, and has one extension, as long as
/// anything of it is served or staged.
fn check_stem(
    state: &State,
    label: &LabelState,
    write: &WriteChange,
    document: &DocumentWrite,
) -> Result<(), Refused> {
    let beside = write.documents.iter().find(|d| {
        d.path != document.path && d.path.stem() == document.path.stem() && d.content.exists()
    });
    if let Some(beside) = beside {
        return Err(Refused::Ambiguous {
            path: document.path.clone(),
            other: beside.path.clone(),
            owner: "the same change set".into(),
        });
    }
    for existing in label.of_stem(document.path.stem()) {
        let goes = write
            .documents
            .iter()
            .any(|d| d.path == existing.path && !d.content.exists());
        if goes || !is_live(state, existing) {
            continue;
        }
        let same_path = existing.path == document.path;
        if !same_path || !is_same_owner(existing, document) {
            return Err(ambiguous(document, existing));
        }
    }
    Ok(())
}

/// Whether a write and a document are for the same application and profile. True unless both say.
fn is_same_owner(existing: &Document, document: &DocumentWrite) -> bool {
    match (&existing.written_for, &document.written_for) {
        (Some(theirs), Some(ours)) => theirs == ours,
        _ => true,
    }
}

/// Whether a version of a document is served to anyone, or staged.
fn is_live(state: &State, document: &Document) -> bool {
    let is_staged = |seq| {
        let change = state.changes.get(&seq);
        change.is_some_and(|entry| entry.state == ChangeState::Staged)
    };
    let staged = document
        .versions
        .iter()
        .any(|v| v.content.exists() && is_staged(v.seq));
    document.served().is_some() || has_canary(document) || staged
}

fn ambiguous(document: &DocumentWrite, existing: &Document) -> Refused {
    let owner = existing.written_for.as_ref().map_or_else(
        || {
            MediaType::from_path(existing.path.as_str())
                .map_or("text", MediaType::as_str)
                .into()
        },
        |owner| format!("application {}, profile {}", owner.app, owner.profile),
    );
    Refused::Ambiguous {
        path: document.path.clone(),
        other: existing.path.clone(),
        owner,
    }
}

fn change_set(state: &State, author: Author<'_>, write: &WriteChange) -> ChangeSet {
    let digest = ChangeSet::digest_of(write.documents.iter().map(|d| (&d.path, &d.content)));
    let name = write
        .name
        .clone()
        .unwrap_or_else(|| VersionName::trusted(&digest.short(HASH_NAME_DIGITS)));
    let documents = write.documents.iter().map(|document| ChangedDocument {
        path: document.path.clone(),
        content: document.content.clone(),
        written_for: document.written_for.clone(),
    });
    ChangeSet {
        seq: state.head.next(),
        name,
        label: write.label.clone(),
        digest,
        message: write.message.clone(),
        author: write.author.clone(),
        principal: author.principal.to_owned(),
        written_at: author.time.wall,
        documents: documents.collect(),
    }
}

/// The change set that `change` repeats, if there is one. Refused if anything else has the name.
fn same_change<'a>(
    state: &'a State,
    label: &LabelState,
    change: &ChangeSet,
) -> Result<Option<&'a ChangeEntry>, Refused> {
    for changed in change.documents.iter() {
        let Some(version) = named(label, &changed.path, change.name.as_str()) else {
            continue;
        };
        let existing = state.changes.get(&version.seq);
        return match existing {
            Some(entry) if entry.change.digest == change.digest => Ok(Some(entry)),
            _ => Err(Refused::VersionExists {
                name: change.name.clone(),
                path: changed.path.clone(),
            }),
        };
    }
    Ok(None)
}

fn named<'a>(label: &'a LabelState, path: &Path, name: &str) -> Option<&'a super::super::Version> {
    label.documents.get(path)?.named(name)
}
