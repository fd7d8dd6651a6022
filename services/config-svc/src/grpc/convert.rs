//! Converts domain types to replies.

mod freezes;
mod keys;
mod overrides;
pub(super) mod ownership;
mod splits;

pub(super) use freezes::freeze;
pub(super) use keys::{key, watched_key};
pub(super) use overrides::of_override;
pub(super) use splits::{
    arm, assigned, assignment, baseline, ended_split, split, split_keys, unit,
};
pub(super) use vortex_proto::time::timestamp;

use vortex_proto::{access::v1 as access, config::v1 as pb};

use crate::{
    configuration::Configuration,
    domain::{
        AppProfile, Body, ChangeEntry, ChangeName, ChangeState, ChangedDocument, Content, Document,
        DocumentKey, HybridTime, Label, MediaType, Moved, Record, Seq, State, Version,
    },
};

/// The most documents of a change set that a list names.
const LISTED_DOCUMENTS: usize = 100;
/// The most documents of a change set that a log record names: as many as one request may write.
/// More would not fit in a message.
const LOGGED_DOCUMENTS: usize = 10_000;

pub(super) fn token(configuration: &Configuration, seq: Seq) -> String {
    configuration.token(seq).to_string()
}

/// A document's key as a reference.
pub(super) fn reference(key: &DocumentKey) -> pb::DocumentRef {
    pb::DocumentRef {
        app: key.written_for.app.to_string(),
        profile: key.written_for.profile.to_string(),
        label: key.label.to_string(),
    }
}

/// The media type of a path.
pub(super) fn media_type(path: &str) -> String {
    match MediaType::from_path(path) {
        Some(media_type) => media_type.as_str().to_owned(),
        None => "text/plain".to_owned(),
    }
}

pub(super) fn document(
    label: &Label,
    document: &Document,
    read_by: Option<&AppProfile>,
) -> pb::Document {
    let stable = document.served();
    let content = stable.map(|version| &version.content);
    let stored = content.and_then(Content::stored);
    pb::Document {
        label: label.to_string(),
        path: document.path.to_string(),
        app: read_by.map_or(String::new(), |s| s.app.to_string()),
        profile: read_by.map_or(String::new(), |s| s.profile.to_string()),
        media_type: media_type(document.path.as_str()),
        version: stable.map_or(String::new(), |v| v.name.to_string()),
        digest: stored.map_or(String::new(), |c| c.sha256.to_string()),
        size: size(content),
        written_at: stable.map(|v| timestamp(v.written_at)),
        defect: content.map_or(String::new(), defect),
        versions: document.versions.len() as u32,
    }
}

fn size(content: Option<&Content>) -> u64 {
    match content {
        Some(Content::Present { content, .. }) => u64::from(content.size),
        Some(Content::Oversized { size }) => *size,
        Some(Content::Absent) | None => 0,
    }
}

fn defect(content: &Content) -> String {
    match content {
        Content::Present {
            defect: Some(defect),
            ..
        } => defect.to_string(),
        Content::Oversized { size } => format!("{size} bytes, too large to be stored"),
        Content::Present { defect: None, .. } | Content::Absent => String::new(),
    }
}

pub(super) fn version(state: &State, document: &Document, version: &Version) -> pb::Version {
    let change = state.changes.get(&version.seq);
    let stored = version.content.stored();
    let release = version.release.as_deref();
    pb::Version {
        name: version.name.to_string(),
        digest: stored.map_or(String::new(), |c| c.sha256.to_string()),
        size: size(Some(&version.content)),
        deleted: !version.content.exists(),
        stable: document.stable == Some(version.seq),
        state: change
            .map_or(pb::ChangeState::Unspecified, |c| change_state(c.state))
            .into(),
        written_at: Some(timestamp(version.written_at)),
        author: change.map_or(String::new(), |c| c.change.author.clone()),
        principal: change.map_or(String::new(), |c| c.change.principal.clone()),
        message: change.map_or(String::new(), |c| c.change.message.clone()),
        sequence: version.seq.0,
        rolled_back_by: change.map_or(String::new(), rolled_back_by),
        released_at: release.map(|release| timestamp(release.at)),
        released_by: release.map_or(String::new(), |release| release.by.to_string()),
        release_author: release.map_or(String::new(), |release| release.author.to_string()),
        rollout: release
            .and_then(|release| release.with.as_ref())
            .map_or(String::new(), ToString::to_string),
    }
}

/// The rollout that rolled a change set back. Empty unless it is rolled back now.
fn rolled_back_by(entry: &ChangeEntry) -> String {
    let by = entry.rolled_back_by.as_ref();
    let by = by.filter(|_| entry.state == ChangeState::RolledBack);
    by.map_or(String::new(), ToString::to_string)
}

pub(super) fn change_state(state: ChangeState) -> pb::ChangeState {
    match state {
        ChangeState::Staged => pb::ChangeState::Staged,
        ChangeState::Released => pb::ChangeState::Released,
        ChangeState::Discarded => pb::ChangeState::Discarded,
        ChangeState::RolledBack => pb::ChangeState::RolledBack,
    }
}

/// A change set with all its documents.
pub(super) fn change(state: &State, entry: &ChangeEntry) -> pb::Change {
    listed_change(entry, usize::MAX, state.awaits_rollout(entry))
}

/// A change set with at most as many documents as a list names.
pub(super) fn change_in_list(state: &State, entry: &ChangeEntry) -> pb::Change {
    listed_change(entry, LISTED_DOCUMENTS, state.awaits_rollout(entry))
}

fn listed_change(entry: &ChangeEntry, documents: usize, awaits_rollout: bool) -> pb::Change {
    let change = &entry.change;
    pb::Change {
        name: change.name.to_string(),
        label: change.label.to_string(),
        state: change_state(entry.state).into(),
        digest: change.digest.to_string(),
        author: change.author.clone(),
        principal: change.principal.clone(),
        message: change.message.clone(),
        written_at: Some(timestamp(change.written_at)),
        sequence: change.seq.0,
        documents: change
            .documents
            .iter()
            .take(documents)
            .map(|changed| changed_document(changed, change.name.as_str()))
            .collect(),
        document_count: change.documents.len() as u32,
        awaits_rollout,
        rolled_back_by: rolled_back_by(entry),
    }
}

fn changed_document(changed: &ChangedDocument, version: &str) -> pb::ChangedDocument {
    let stored = changed.content.stored();
    pb::ChangedDocument {
        path: changed.path.to_string(),
        version: version.to_owned(),
        digest: stored.map_or(String::new(), |c| c.sha256.to_string()),
        deleted: !changed.content.exists(),
    }
}

/// A record for watchers of the log. The paths of a released change set come from `state`.
pub(super) fn record(configuration: &Configuration, state: &State, record: &Record) -> pb::Record {
    record_with(configuration, state, record, LOGGED_DOCUMENTS)
}

/// A record with at most as many documents as a list names.
pub(super) fn listed_record(
    configuration: &Configuration,
    state: &State,
    record: &Record,
) -> pb::Record {
    record_with(configuration, state, record, LISTED_DOCUMENTS)
}

fn record_with(
    configuration: &Configuration,
    state: &State,
    record: &Record,
    documents: usize,
) -> pb::Record {
    pb::Record {
        sequence: record.seq.0,
        token: token(configuration, record.seq),
        time: Some(hybrid_time(record.time)),
        epoch: record.origin.epoch,
        origin: record.origin.cluster.to_string(),
        origin_sequence: record.origin.sequence,
        principal: record.principal.clone(),
        body: Some(body(state, record, documents)),
        moved: record.moves.listed.iter().map(moved).collect(),
        moved_count: record.moves.count,
    }
}

fn moved(moved: &Moved) -> pb::Moved {
    let from = moved.from.as_ref();
    pb::Moved {
        path: moved.path.to_string(),
        from: from.map_or(String::new(), |(_, name)| name.to_string()),
        from_sequence: from.map_or(0, |(seq, _)| seq.0),
        to: moved.to.to_string(),
    }
}

fn hybrid_time(time: HybridTime) -> pb::HybridTime {
    pb::HybridTime {
        wall: Some(timestamp(time.wall)),
        logical: time.logical,
    }
}

fn body(state: &State, record: &Record, documents: usize) -> pb::record::Body {
    let about = about(state, record);
    let (label, name) = about.map_or_else(Default::default, |about| {
        (about.label.to_string(), about.name.to_string())
    });
    match &record.body {
        Body::Change {
            change: written,
            released,
            awaits_rollout,
            ..
        } => {
            let state = match released {
                true => ChangeState::Released,
                false => ChangeState::Staged,
            };
            let entry = ChangeEntry::written(written.clone(), state);
            pb::record::Body::Change(listed_change(&entry, documents, *awaits_rollout))
        }
        Body::Release {
            change,
            detached,
            reason,
            author,
            message,
        } => pb::record::Body::Released(pb::Released {
            name,
            label,
            change_sequence: change.0,
            paths: paths(state, *change, documents),
            detached_splits: detached.iter().map(ToString::to_string).collect(),
            reason: reason.clone(),
            author: author.clone(),
            message: message.clone(),
        }),
        Body::Discard { change } => pb::record::Body::Discarded(pb::Discarded {
            name,
            label,
            change_sequence: change.0,
        }),
        Body::Restage { change } => pb::record::Body::Restaged(pb::Restaged {
            name,
            label,
            change_sequence: change.0,
        }),
        Body::Unchanged { change } => pb::record::Body::Unchanged(pb::Unchanged {
            name,
            label,
            change_sequence: change.0,
        }),
        Body::SplitMoved(to) => splits::moved(to, splits::of_record(state, record, label, name)),
        Body::SplitEnded {
            id,
            generation,
            released,
            reason,
            ..
        } => {
            let of = splits::of_record(state, record, label, name);
            let ended = splits::ended(id, *generation, *released, of);
            pb::record::Body::SplitEnded(pb::Split {
                ended_by: record.principal.clone(),
                end_reason: reason.clone(),
                ..ended
            })
        }
        Body::LabelRemoved { label } => pb::record::Body::LabelRemoved(pb::LabelRemoved {
            label: label.to_string(),
        }),
        Body::LabelDetached { label } => pb::record::Body::LabelDetached(pb::LabelDetached {
            label: label.to_string(),
        }),
        Body::SourceImported { source, unread } => {
            pb::record::Body::SourceImported(pb::SourceImported {
                source: source.to_string(),
                unread_labels: unread.iter().map(ToString::to_string).collect(),
            })
        }
        Body::FreezeSet(set) => pb::record::Body::FreezeSet(freeze(set)),
        Body::FreezeEnded(end) => pb::record::Body::FreezeEnded(freezes::ended(end)),
        Body::OverrideSet(set) => pb::record::Body::OverrideSet(of_override(set)),
        Body::OverrideEnded(end) => pb::record::Body::OverrideEnded(overrides::ended(end)),
        Body::KeyCreated(made) => pb::record::Body::KeyCreated(key(made, made.stored.created)),
        Body::KeyRotated(rotation) => pb::record::Body::KeyRotated(keys::rotated(rotation)),
        Body::OwnershipSet(owned) => pb::record::Body::OwnershipSet(ownership::of(owned)),
        Body::Retained { before } => pb::record::Body::Retained(pb::Retained {
            before: Some(timestamp(*before)),
        }),
        Body::KeyRevoked(id, name) => pb::record::Body::KeyRevoked(access::KeyRevoked {
            id: id.to_string(),
            name: name.to_string(),
        }),
    }
}

/// The label that a record is about; empty where it is about none, or that is no longer known.
pub(super) fn label_of(state: &State, record: &Record) -> String {
    match &record.body {
        Body::Change { change, .. } => change.label.to_string(),
        Body::LabelRemoved { label } | Body::LabelDetached { label } => label.to_string(),
        Body::FreezeSet(freeze) => {
            let only = freeze.scope.label.as_ref();
            only.map_or(String::new(), ToString::to_string)
        }
        Body::OverrideSet(set) => set.target.label.to_string(),
        Body::OverrideEnded(end) => {
            let first = end.which.first();
            first.map_or(String::new(), |(_, target)| target.label.to_string())
        }
        Body::SourceImported { .. }
        | Body::FreezeEnded(_)
        | Body::KeyCreated(_)
        | Body::KeyRotated(_)
        | Body::KeyRevoked(..)
        | Body::Retained { .. }
        | Body::OwnershipSet(_) => String::new(),
        Body::Release { .. }
        | Body::SplitMoved(_)
        | Body::SplitEnded { .. }
        | Body::Discard { .. }
        | Body::Restage { .. }
        | Body::Unchanged { .. } => {
            about(state, record).map_or(String::new(), |about| about.label.to_string())
        }
    }
}

/// The paths of a change set that is kept.
fn paths(state: &State, change: Seq, most: usize) -> Vec<String> {
    let entry = state.changes.get(&change);
    let documents = entry.map(|entry| entry.change.documents.iter());
    documents
        .into_iter()
        .flatten()
        .take(most)
        .map(|document| document.path.to_string())
        .collect()
}

/// The label and name of the change set that a record is about: from the record, or else from the
/// change set. None if an earlier version wrote the record and the change set is gone.
fn about(state: &State, record: &Record) -> Option<ChangeName> {
    record.about.clone().or_else(|| {
        let entry = state.changes.get(&record.body.earlier_change()?)?;
        Some(ChangeName {
            label: entry.change.label.clone(),
            name: entry.change.name.clone(),
        })
    })
}

/// Whether a record is about a label. False if that can't be told.
pub(super) fn concerns(state: &State, record: &Record, label: &str) -> bool {
    match &record.body {
        Body::FreezeSet(freeze) => {
            let only = freeze.scope.label.as_ref();
            only.is_none_or(|only| only.as_str() == label)
        }
        // what they were of is not in the record; to miss the end is worse than to hear of another
        Body::FreezeEnded(_) => true,
        Body::OverrideEnded(end) => {
            let mut ended = end.which.iter();
            ended.any(|(_, target)| target.label.as_str() == label)
        }
        Body::Change { .. }
        | Body::Release { .. }
        | Body::SplitMoved(_)
        | Body::SplitEnded { .. }
        | Body::Discard { .. }
        | Body::Restage { .. }
        | Body::Unchanged { .. }
        | Body::LabelRemoved { .. }
        | Body::LabelDetached { .. }
        | Body::SourceImported { .. }
        | Body::OverrideSet(_)
        | Body::KeyCreated(_)
        | Body::KeyRotated(_)
        | Body::KeyRevoked(..)
        | Body::Retained { .. }
        | Body::OwnershipSet(_) => label_of(state, record) == label,
    }
}
