//! Domain types to replies.

use crate::{
    configuration::Configuration,
    domain::{
        Body, ChangeEntry, ChangeState, ChangedDocument, Content, Document, HybridTime, Label,
        MediaType, Record, Seq, State, Version,
    },
};
use jiff::Timestamp;
use vortex_proto::config::v1 as pb;

/// Documents of a change set that a list gives.
const LISTED_DOCUMENTS: usize = 100;

pub(super) fn timestamp(at: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: at.as_second(),
        nanos: at.subsec_nanosecond(),
    }
}

pub(super) fn token(configuration: &Configuration, seq: Seq) -> String {
    configuration.token(seq).to_string()
}

/// The media type a path is served with.
pub(super) fn media_type(path: &str) -> String {
    match MediaType::from_path(path) {
        Some(media_type) => media_type.as_str().to_owned(),
        None => "text/plain".to_owned(),
    }
}

pub(super) fn document(label: &Label, document: &Document) -> pb::Document {
    let stable = document.served();
    let content = stable.map(|version| &version.content);
    let stored = content.and_then(Content::stored);
    pb::Document {
        label: label.to_string(),
        path: document.path.to_string(),
        app: document
            .split
            .as_ref()
            .map_or(String::new(), |s| s.app.to_string()),
        profile: document
            .split
            .as_ref()
            .map_or(String::new(), |s| s.profile.to_string()),
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
    }
}

pub(super) fn change_state(state: ChangeState) -> pb::ChangeState {
    match state {
        ChangeState::Staged => pb::ChangeState::Staged,
        ChangeState::Released => pb::ChangeState::Released,
        ChangeState::Discarded => pb::ChangeState::Discarded,
    }
}

/// A change set with all its documents.
pub(super) fn change(entry: &ChangeEntry) -> pb::Change {
    listed_change(entry, usize::MAX)
}

/// A change set as lists give it.
pub(super) fn change_in_list(entry: &ChangeEntry) -> pb::Change {
    listed_change(entry, LISTED_DOCUMENTS)
}

fn listed_change(entry: &ChangeEntry, documents: usize) -> pb::Change {
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

/// A record as watchers of the log get it. `state` names the change sets that
/// releases and discards are about.
pub(super) fn record(configuration: &Configuration, state: &State, record: &Record) -> pb::Record {
    pb::Record {
        sequence: record.seq.0,
        token: token(configuration, record.seq),
        time: Some(hybrid_time(record.time)),
        epoch: record.origin.epoch,
        origin: record.origin.cluster.to_string(),
        origin_sequence: record.origin.sequence,
        principal: record.principal.clone(),
        body: Some(body(state, &record.body)),
    }
}

fn hybrid_time(time: HybridTime) -> pb::HybridTime {
    pb::HybridTime {
        wall: Some(timestamp(time.wall)),
        logical: time.logical,
    }
}

fn body(state: &State, body: &Body) -> pb::record::Body {
    match body {
        Body::Change {
            change: written,
            released,
            ..
        } => {
            let entry = ChangeEntry {
                change: written.clone(),
                state: if *released {
                    ChangeState::Released
                } else {
                    ChangeState::Staged
                },
                kept: 0,
            };
            pb::record::Body::Change(change(&entry))
        }
        Body::Release { change } => {
            let entry = state.changes.get(change);
            pb::record::Body::Released(pb::Released {
                name: entry.map_or(String::new(), |e| e.change.name.to_string()),
                label: entry.map_or(String::new(), |e| e.change.label.to_string()),
                change_sequence: change.0,
                paths: entry.map_or(Vec::new(), |e| {
                    e.change
                        .documents
                        .iter()
                        .map(|d| d.path.to_string())
                        .collect()
                }),
            })
        }
        Body::Discard { change } => {
            let entry = state.changes.get(change);
            pb::record::Body::Discarded(pb::Discarded {
                name: entry.map_or(String::new(), |e| e.change.name.to_string()),
                label: entry.map_or(String::new(), |e| e.change.label.to_string()),
                change_sequence: change.0,
            })
        }
        Body::Restage { change } => {
            let entry = state.changes.get(change);
            pb::record::Body::Restaged(pb::Restaged {
                name: entry.map_or(String::new(), |e| e.change.name.to_string()),
                label: entry.map_or(String::new(), |e| e.change.label.to_string()),
                change_sequence: change.0,
            })
        }
        Body::Unchanged { change } => {
            let entry = state.changes.get(change);
            pb::record::Body::Unchanged(pb::Unchanged {
                name: entry.map_or(String::new(), |e| e.change.name.to_string()),
                label: entry.map_or(String::new(), |e| e.change.label.to_string()),
                change_sequence: change.0,
            })
        }
        Body::LabelRemoved { label } => pb::record::Body::LabelRemoved(pb::LabelRemoved {
            label: label.to_string(),
        }),
    }
}

/// The label a record is about.
pub(super) fn label_of<'a>(state: &'a State, body: &'a Body) -> Option<&'a Label> {
    match body {
        Body::Change { change, .. } => Some(&change.label),
        Body::Release { change }
        | Body::Discard { change }
        | Body::Restage { change }
        | Body::Unchanged { change } => state.changes.get(change).map(|entry| &entry.change.label),
        Body::LabelRemoved { label } => Some(label),
    }
}
