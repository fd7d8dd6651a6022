//! Translates domain types into stored messages.

use std::collections::BTreeSet;

use super::{dot, ownership::stored_cluster};
use crate::{
    domain::{
        Answered, AppProfile, Body, ChangeEntry, ChangeSet, ChangeState, Content, Document, Feed,
        HybridTime, Label, LabelState, Moved, Record, RequestId, RequestKey, SourceName, State,
        Version,
    },
    store::stored::{self, record},
};

impl From<&Record> for stored::Record {
    fn from(record: &Record) -> Self {
        Self {
            seq: record.seq.0,
            time: Some(record.time.into()),
            epoch: record.origin.epoch,
            cluster: record.origin.cluster.to_string(),
            origin_sequence: record.origin.sequence,
            principal: record.principal.clone(),
            request: record.request.as_ref().map(Into::into),
            body: Some((&record.body).into()),
            about: record.about.as_ref().map(|about| stored::ChangeName {
                label: about.label.to_string(),
                name: about.name.to_string(),
            }),
            moved: record.moves.listed.iter().map(Into::into).collect(),
            moved_count: record.moves.count,
            store: dot::stored_id(record.origin.store),
        }
    }
}

impl From<&Moved> for stored::Moved {
    fn from(moved: &Moved) -> Self {
        let from = moved.from.as_ref();
        Self {
            path: moved.path.to_string(),
            from_seq: from.map(|(seq, _)| seq.0),
            from_name: from.map_or(String::new(), |(_, name)| name.to_string()),
            to_name: moved.to.to_string(),
        }
    }
}

impl From<&Body> for record::Body {
    fn from(body: &Body) -> Self {
        match body {
            Body::Change {
                change,
                released,
                source,
                reverts,
                undoes,
                awaits_rollout,
            } => Self::Written(stored::Written {
                change: Some((&**change).into()),
                released: *released,
                source: source.as_ref().map(ToString::to_string),
                reverts: reverts.as_ref().map(ToString::to_string),
                undoes: undoes.map(|seq| seq.0),
                awaits_rollout: *awaits_rollout,
            }),
            Body::Release {
                change,
                detached,
                reason,
                author,
                message,
            } if detached.is_empty()
                && [reason, author, message].iter().all(|text| text.is_empty()) =>
            {
                Self::Release(change.0)
            }
            Body::Release {
                change,
                detached,
                reason,
                author,
                message,
            } => Self::ForcedRelease(stored::ForcedRelease {
                change: change.0,
                detached: detached.iter().map(ToString::to_string).collect(),
                reason: reason.clone(),
                author: author.clone(),
                message: message.clone(),
            }),
            Body::SplitMoved(to) => Self::SplitMoved(to.into()),
            Body::SplitEnded {
                id,
                change,
                generation,
                released,
                reason,
            } => Self::SplitEnded(stored::SplitEnd {
                id: id.to_string(),
                change: change.map(|seq| seq.0),
                generation: *generation,
                released: *released,
                reason: reason.clone(),
            }),
            Body::Discard { change } => Self::Discard(change.0),
            Body::Restage { change } => Self::Restage(change.0),
            Body::Unchanged { change } => Self::Unchanged(change.0),
            Body::LabelRemoved { label } => Self::LabelRemoved(label.to_string()),
            Body::LabelDetached { label } => Self::LabelDetached(label.to_string()),
            Body::SourceImported { source, unread } => {
                Self::SourceImported(self::source(source, unread))
            }
            Body::FreezeSet(freeze) => Self::FreezeSet((&**freeze).into()),
            Body::FreezeEnded(end) => Self::FreezeEnded(end.into()),
            Body::OverrideSet(set) => Self::OverrideSet((&**set).into()),
            Body::OverrideEnded(end) => Self::OverrideEnded(end.into()),
            Body::KeyCreated(key) => Self::KeyCreated((&**key).into()),
            Body::KeyRotated(rotation) => Self::KeyRotated(rotation.into()),
            Body::OwnershipSet(owned) => Self::OwnershipSet((&**owned).into()),
            Body::Retained { before } => Self::Retained(stored::Retained {
                before_micros: before.as_microsecond(),
            }),
            Body::KeyRevoked(id, name) => Self::KeyRevoked(stored::KeyRevocation {
                id: id.to_string(),
                name: name.to_string(),
            }),
        }
    }
}

/// A source whose first import is whole.
pub(in crate::store) fn source(name: &SourceName, unread: &BTreeSet<Label>) -> stored::Source {
    stored::Source {
        name: name.to_string(),
        unread: unread.iter().map(ToString::to_string).collect(),
    }
}

impl From<HybridTime> for stored::Time {
    fn from(time: HybridTime) -> Self {
        Self {
            micros: time.wall.as_microsecond(),
            logical: time.logical,
        }
    }
}

impl From<&RequestKey> for stored::RequestKey {
    fn from(key: &RequestKey) -> Self {
        Self {
            id: key.id.to_string(),
            body: key.body.0.to_vec(),
        }
    }
}

impl From<&ChangeSet> for stored::Change {
    fn from(change: &ChangeSet) -> Self {
        let documents = change
            .documents
            .iter()
            .map(|document| stored::ChangedDocument {
                path: document.path.to_string(),
                content: Some((&document.content).into()),
                written_for: document.written_for.as_ref().map(Into::into),
            });
        Self {
            seq: change.seq.0,
            name: change.name.to_string(),
            label: change.label.to_string(),
            digest: change.digest.0.to_vec(),
            message: change.message.clone(),
            author: change.author.clone(),
            principal: change.principal.clone(),
            written_at_micros: change.written_at.as_microsecond(),
            documents: documents.collect(),
        }
    }
}

impl From<&Content> for stored::Content {
    fn from(content: &Content) -> Self {
        match content {
            Content::Present { content, defect } => Self {
                sha256: content.sha256.0.to_vec(),
                size: u64::from(content.size),
                defect: defect.as_ref().map(|defect| stored::Defect {
                    line: defect.line,
                    column: defect.column,
                    message: defect.message.clone(),
                }),
                oversized: false,
            },
            Content::Oversized { size } => Self {
                size: *size,
                oversized: true,
                ..Self::default()
            },
            Content::Absent => Self::default(),
        }
    }
}

impl From<&AppProfile> for stored::AppProfile {
    fn from(owner: &AppProfile) -> Self {
        Self {
            app: owner.app.to_string(),
            profile: owner.profile.to_string(),
        }
    }
}

impl From<&State> for stored::Head {
    fn from(state: &State) -> Self {
        Self {
            seq: state.head.0,
            time: Some(state.time.into()),
            own_sequence: Some(state.own_sequence),
            run: state.dots.run().map(Into::into),
        }
    }
}

/// A label, without its documents.
pub(in crate::store) fn label(name: &Label, label: &LabelState) -> stored::Label {
    stored::Label {
        name: name.to_string(),
        generation: label.generation,
        detached: label.detached.as_ref().map(ToString::to_string),
        past_commits: label.past.commits.iter().map(Into::into).collect(),
        past_overrides: label.past.overrides.iter().map(Into::into).collect(),
        feed: label.feed.as_ref().map(Into::into),
    }
}

impl From<&Feed> for stored::Feed {
    fn from(feed: &Feed) -> Self {
        Self {
            source: feed.source.to_string(),
            cluster: stored_cluster(&feed.cluster),
            imported: feed.imported.to_string(),
            imported_at_micros: feed.imported_at.as_microsecond(),
            served: feed.served.as_ref().map(ToString::to_string),
            awaiting: feed.awaiting.map(|seq| seq.0),
        }
    }
}

impl From<&Document> for stored::Document {
    fn from(document: &Document) -> Self {
        Self {
            path: document.path.to_string(),
            written_for: document.written_for.as_ref().map(Into::into),
            stable: document.stable.map(|seq| seq.0),
            versions: document.versions.iter().map(Into::into).collect(),
            past: document.past.moments.iter().map(Into::into).collect(),
            past_trimmed: document.past.trimmed,
            stable_ms: document.stable_ms,
        }
    }
}

impl From<&Version> for stored::Version {
    fn from(version: &Version) -> Self {
        let release = version.release.as_deref();
        Self {
            seq: version.seq.0,
            name: version.name.to_string(),
            content: Some((&version.content).into()),
            written_at_micros: version.written_at.as_microsecond(),
            revert: version.revert,
            released_at_micros: release.map(|release| release.at.as_microsecond()),
            released_by: release.map_or(String::new(), |release| release.by.to_string()),
            release_author: release.map_or(String::new(), |release| release.author.to_string()),
            replaced: release.and_then(|release| Some(release.replaced?.0)),
            released_with: release
                .and_then(|release| release.with.as_ref())
                .map_or(String::new(), ToString::to_string),
        }
    }
}

impl From<&ChangeEntry> for stored::ChangeEntry {
    fn from(entry: &ChangeEntry) -> Self {
        Self {
            change: Some((&*entry.change).into()),
            state: stored::ChangeState::from(entry.state).into(),
            kept: entry.kept,
            rolled_back_by: entry.rolled_back_by.as_ref().map(ToString::to_string),
        }
    }
}

impl From<ChangeState> for stored::ChangeState {
    fn from(state: ChangeState) -> Self {
        match state {
            ChangeState::Staged => Self::Staged,
            ChangeState::Released => Self::Released,
            ChangeState::Discarded => Self::Discarded,
            ChangeState::RolledBack => Self::RolledBack,
        }
    }
}

/// The answer to a principal's request.
pub(in crate::store) fn answer(
    principal: &str,
    id: &RequestId,
    answered: &Answered,
) -> stored::Answer {
    let outcome = &answered.outcome;
    stored::Answer {
        principal: principal.to_owned(),
        key: Some(stored::RequestKey {
            id: id.to_string(),
            body: answered.body.0.to_vec(),
        }),
        at_micros: answered.at.as_microsecond(),
        outcome_at: outcome.at.0,
        change: outcome.change.0,
        label: outcome.label.to_string(),
        name: outcome.name.to_string(),
        digest: outcome.digest.0.to_vec(),
        created: outcome.created,
        moved: outcome.moved,
    }
}
