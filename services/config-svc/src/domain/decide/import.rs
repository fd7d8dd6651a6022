//! Imports a source's commit, removes labels that the source no longer has, and detaches the labels
//! of a source that is no longer configured.

use std::sync::Arc;

use super::super::command::{Import, Imported, ReleaseBy};
use super::super::{
    Body, ChangeSet, ChangedDocument, Detachment, Feed, Label, LabelState, Outcome, Refused,
    Removal, Seq, Sha256, State, VersionName,
};
use super::{
    Author, Decided,
    freeze::{check_removal, check_thawed},
    split::check_free,
};

pub(super) fn decide(
    state: &State,
    author: Author<'_>,
    import: Import,
) -> Result<Decided, Refused> {
    let label = state.labels.get(&import.label);
    let feed = label.and_then(|label| label.feed.as_ref());
    if let Some(feed) = feed.filter(|feed| feed.source != import.source) {
        return Err(Refused::FedBySource {
            label: import.label,
            source_name: feed.source.clone(),
        });
    }
    let imported = feed.is_some_and(|feed| feed.imported == import.commit);
    if imported && import.documents.is_empty() {
        return Ok(Decided::Unchanged(unchanged(state, &import)));
    }
    let release = releases(label, &import);
    if let Some(label) = label {
        check_held(state, label, &import, release)?;
    }
    if release {
        let documents = import
            .documents
            .iter()
            .map(|document| (&document.path, None));
        check_thawed(state, &import.label, documents, author.time.wall)?;
    }
    let change = change_set(state, author, &import);
    let outcome = Outcome {
        at: change.seq,
        change: change.seq,
        label: change.label.clone(),
        name: change.name.clone(),
        digest: change.digest,
        created: true,
        moved: release,
    };
    let body = Body::Change {
        change: Arc::new(change),
        released: release,
        source: Some(import.source),
        reverts: None,
        undoes: None,
        awaits_rollout: import.release == ReleaseBy::Rollout && !release,
    };
    Ok(Decided::Append(body, outcome))
}

pub(super) fn decide_removal(
    state: &State,
    author: Author<'_>,
    removal: Removal,
) -> Result<Decided, Refused> {
    let label = state
        .labels
        .get(&removal.label)
        .ok_or_else(|| Refused::LabelNotFound(removal.label.clone()))?;
    match &label.feed {
        Some(feed) if feed.source == removal.source => {
            check_removal(state, &removal.label, label, author.time.wall)?;
            let outcome = end_of_feed(state.head.next(), &removal.label, feed);
            let body = Body::LabelRemoved {
                label: removal.label,
            };
            Ok(Decided::Append(body, outcome))
        }
        _ => Err(Refused::LabelNotFound(removal.label)),
    }
}

pub(super) fn decide_detachment(state: &State, detachment: Detachment) -> Result<Decided, Refused> {
    let Detachment { label, source } = detachment;
    let Some(found) = state.labels.get(&label) else {
        return Err(Refused::LabelNotFound(label));
    };
    match &found.feed {
        Some(feed) if feed.source == source => {
            let outcome = end_of_feed(state.head.next(), &label, feed);
            Ok(Decided::Append(Body::LabelDetached { label }, outcome))
        }
        None if found.detached.as_ref() == Some(&source) => {
            let outcome = Outcome {
                at: state.head,
                change: Seq(0),
                label,
                name: VersionName::trusted("detached"),
                digest: Sha256::of(&[]),
                created: false,
                moved: false,
            };
            Ok(Decided::Unchanged(outcome))
        }
        _ => Err(Refused::LabelNotFound(label)),
    }
}

pub(super) fn decide_imported(state: &State, imported: Imported) -> Decided {
    let Imported { source, unread } = imported;
    let is_known = state
        .sources
        .get(&source)
        .is_some_and(|known| **known == unread);
    if is_known {
        return Decided::Unchanged(Outcome::of_source(state.head));
    }
    let unread = Arc::new(unread);
    let body = Body::SourceImported { source, unread };
    Decided::Append(body, Outcome::of_source(state.head.next()))
}

fn end_of_feed(at: Seq, label: &Label, feed: &Feed) -> Outcome {
    Outcome {
        at,
        change: Seq(0),
        label: label.clone(),
        name: feed.imported.clone(),
        digest: Sha256::of(&[]),
        created: false,
        moved: true,
    }
}

/// Whether readers get an import at once.
fn releases(label: Option<&LabelState>, import: &Import) -> bool {
    match import.release {
        ReleaseBy::Import => true,
        ReleaseBy::Operator => false,
        ReleaseBy::Rollout => {
            let mut paths = import.documents.iter().map(|document| &document.path);
            label.is_none_or(|label| !paths.any(|path| label.is_served(path)))
        }
    }
}

/// Checks that an import leaves the documents of splits alone: it may neither change their stable
/// versions nor rewrite the versions that canaries get. An import that was compared with what is
/// stable waits for every split of its label, and is refused if the label has changed since.
fn check_held(
    state: &State,
    label: &LabelState,
    import: &Import,
    release: bool,
) -> Result<(), Refused> {
    if let Some(compared_at) = import.compared_at {
        check_unsplit(state, &import.label)?;
        return match label.generation == compared_at {
            true => Ok(()),
            false => Err(Refused::LabelMoved(import.label.clone())),
        };
    }
    let paths = || import.documents.iter().map(|document| &document.path);
    if release {
        return check_free(label, paths(), |_| true);
    }
    for path in paths() {
        let canary = label.documents.get(path).and_then(|d| d.canary_version());
        if canary.is_some_and(|version| version.name == import.commit) {
            check_free(label, [path], |_| true)?;
        }
    }
    Ok(())
}

/// Checks that no split holds a document of a label.
fn check_unsplit(state: &State, label: &Label) -> Result<(), Refused> {
    let Some(split) = state.splits.values().find(|split| split.label == *label) else {
        return Ok(());
    };
    let change = state.changes.get(&split.change);
    let held = change.and_then(|entry| entry.change.documents.first());
    match held {
        Some(held) => Err(Refused::RolloutConflict {
            path: held.path.clone(),
            by: split.id.clone(),
        }),
        // a split pins its change set, which has documents
        None => Ok(()),
    }
}

fn change_set(state: &State, author: Author<'_>, import: &Import) -> ChangeSet {
    let documents: Arc<[ChangedDocument]> = import
        .documents
        .iter()
        .map(|document| ChangedDocument {
            path: document.path.clone(),
            content: document.content.clone(),
            written_for: None,
        })
        .collect();
    ChangeSet {
        seq: state.head.next(),
        name: import.commit.clone(),
        label: import.label.clone(),
        digest: ChangeSet::digest_of(documents.iter().map(|d| (&d.path, &d.content))),
        message: import.message.clone(),
        author: import.author.clone(),
        principal: author.principal.to_owned(),
        written_at: author.time.wall,
        documents,
    }
}

fn unchanged(state: &State, import: &Import) -> Outcome {
    let name: VersionName = import.commit.clone();
    let known = state.newest_change(&import.label, &name);
    Outcome {
        at: state.head,
        change: known.map_or(Seq(0), |entry| entry.change.seq),
        label: import.label.clone(),
        name,
        digest: known.map_or_else(|| Sha256::of(&[]), |entry| entry.change.digest),
        created: false,
        moved: false,
    }
}
