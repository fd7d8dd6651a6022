//! Translates stored messages into domain types. Everything was validated before it was stored, so what
//! does not fit is damage.

use std::{collections::BTreeSet, sync::Arc};

use jiff::Timestamp;

use super::{Unreadable, dot, key, ownership, past};
use crate::{
    domain::{
        Answered, App, AppProfile, Body, ChangeEntry, ChangeName, ChangeSet, ChangeState,
        ChangedDocument, ClusterId, Content, ContentRef, Defect, Document, Feed, HybridTime, Label,
        LabelState, LastRelease, Moved, Moves, Origin, Outcome, Path, Profile, Record, RequestId,
        RequestKey, Seq, Sha256, SourceName, SplitId, Version, VersionName,
    },
    store::stored::{self, record},
};

pub(super) type Result<T> = std::result::Result<T, Unreadable>;

impl TryFrom<stored::Record> for Record {
    type Error = Unreadable;

    fn try_from(stored: stored::Record) -> Result<Self> {
        Ok(Self {
            seq: Seq(stored.seq),
            time: required(stored.time)?.try_into()?,
            origin: Origin {
                epoch: stored.epoch,
                cluster: ClusterId::trusted(&stored.cluster),
                store: dot::id(&stored.store)?,
                sequence: stored.origin_sequence,
            },
            principal: stored.principal,
            request: stored.request.map(TryInto::try_into).transpose()?,
            body: required(stored.body)?.try_into()?,
            about: stored.about.map(|about| ChangeName {
                label: Label::trusted(&about.label),
                name: VersionName::trusted(&about.name),
            }),
            moves: Moves {
                listed: stored.moved.into_iter().map(Into::into).collect(),
                count: stored.moved_count,
            },
        })
    }
}

impl From<stored::Moved> for Moved {
    fn from(stored: stored::Moved) -> Self {
        let from = stored.from_seq.map(Seq);
        Self {
            path: Path::trusted(&stored.path),
            from: from.map(|seq| (seq, VersionName::trusted(&stored.from_name))),
            to: VersionName::trusted(&stored.to_name),
        }
    }
}

impl TryFrom<record::Body> for Body {
    type Error = Unreadable;

    fn try_from(stored: record::Body) -> Result<Self> {
        Ok(match stored {
            record::Body::Written(body) => Self::Change {
                change: Arc::new(required(body.change)?.try_into()?),
                released: body.released,
                source: body.source.as_deref().map(SourceName::trusted),
                reverts: body.reverts.as_deref().map(SplitId::trusted),
                undoes: body.undoes.map(Seq),
                awaits_rollout: body.awaits_rollout,
            },
            record::Body::Release(seq) => Self::Release {
                change: Seq(seq),
                detached: Vec::new(),
                reason: String::new(),
                author: String::new(),
                message: String::new(),
            },
            record::Body::ForcedRelease(forced) => Self::Release {
                change: Seq(forced.change),
                detached: forced
                    .detached
                    .iter()
                    .map(|id| SplitId::trusted(id))
                    .collect(),
                reason: forced.reason,
                author: forced.author,
                message: forced.message,
            },
            record::Body::SplitMoved(to) => Self::SplitMoved(to.try_into()?),
            record::Body::SplitEnded(end) => Self::SplitEnded {
                id: SplitId::trusted(&end.id),
                change: end.change.map(Seq),
                generation: end.generation,
                released: end.released,
                reason: end.reason,
            },
            record::Body::Discard(seq) => Self::Discard { change: Seq(seq) },
            record::Body::Restage(seq) => Self::Restage { change: Seq(seq) },
            record::Body::Unchanged(seq) => Self::Unchanged { change: Seq(seq) },
            record::Body::LabelRemoved(label) => Self::LabelRemoved {
                label: Label::trusted(&label),
            },
            record::Body::LabelDetached(label) => Self::LabelDetached {
                label: Label::trusted(&label),
            },
            record::Body::SourceImported(stored) => {
                let (source, unread) = self::source(&stored);
                Self::SourceImported { source, unread }
            }
            record::Body::FreezeSet(freeze) => Self::FreezeSet(Arc::new(freeze.try_into()?)),
            record::Body::FreezeEnded(end) => Self::FreezeEnded(end.into()),
            record::Body::OverrideSet(set) => Self::OverrideSet(Arc::new(set.try_into()?)),
            record::Body::OverrideEnded(end) => Self::OverrideEnded(end.into()),
            record::Body::KeyCreated(key) => Self::KeyCreated(Arc::new(key.try_into()?)),
            record::Body::KeyRotated(rotation) => Self::KeyRotated(rotation.try_into()?),
            record::Body::OwnershipSet(owned) => Self::OwnershipSet(Arc::new(owned.try_into()?)),
            record::Body::Retained(retained) => Self::Retained {
                before: timestamp(retained.before_micros)?,
            },
            record::Body::KeyRevoked(revoked) => {
                let (id, name) = key::revoked(&revoked)?;
                Self::KeyRevoked(id, name)
            }
        })
    }
}

/// A source whose first import is whole, and its labels that could never be imported.
pub(in crate::store) fn source(stored: &stored::Source) -> (SourceName, Arc<BTreeSet<Label>>) {
    let unread = stored.unread.iter().map(|label| Label::trusted(label));
    (
        SourceName::trusted(&stored.name),
        Arc::new(unread.collect()),
    )
}

impl TryFrom<stored::Time> for HybridTime {
    type Error = Unreadable;

    fn try_from(stored: stored::Time) -> Result<Self> {
        Ok(Self {
            wall: timestamp(stored.micros)?,
            logical: stored.logical,
        })
    }
}

impl TryFrom<stored::RequestKey> for RequestKey {
    type Error = Unreadable;

    fn try_from(stored: stored::RequestKey) -> Result<Self> {
        Ok(Self {
            id: RequestId::trusted(&stored.id),
            body: sha256(&stored.body)?,
        })
    }
}

impl TryFrom<stored::Change> for ChangeSet {
    type Error = Unreadable;

    fn try_from(stored: stored::Change) -> Result<Self> {
        let documents = stored.documents.into_iter().map(|document| {
            Ok(ChangedDocument {
                path: Path::trusted(&document.path),
                content: required(document.content)?.try_into()?,
                written_for: document.written_for.map(Into::into),
            })
        });
        Ok(Self {
            seq: Seq(stored.seq),
            name: VersionName::trusted(&stored.name),
            label: Label::trusted(&stored.label),
            digest: sha256(&stored.digest)?,
            message: stored.message,
            author: stored.author,
            principal: stored.principal,
            written_at: timestamp(stored.written_at_micros)?,
            documents: documents.collect::<Result<_>>()?,
        })
    }
}

impl TryFrom<stored::Content> for Content {
    type Error = Unreadable;

    fn try_from(stored: stored::Content) -> Result<Self> {
        if stored.oversized {
            return Ok(Self::Oversized { size: stored.size });
        }
        if stored.sha256.is_empty() {
            return Ok(Self::Absent);
        }
        Ok(Self::Present {
            content: ContentRef {
                sha256: sha256(&stored.sha256)?,
                size: stored.size.try_into().map_err(|_| Unreadable::Damaged)?,
            },
            defect: stored.defect.map(|defect| Defect {
                line: defect.line,
                column: defect.column,
                message: defect.message,
            }),
        })
    }
}

impl From<stored::AppProfile> for AppProfile {
    fn from(stored: stored::AppProfile) -> Self {
        Self {
            app: App::trusted(&stored.app),
            profile: Profile::trusted(&stored.profile),
        }
    }
}

/// A label, without its documents.
pub(in crate::store) fn label(stored: stored::Label) -> Result<(Label, LabelState)> {
    let name = Label::trusted(&stored.name);
    let past = past::of_label(&name, stored.past_commits, &stored.past_overrides)?;
    let label = LabelState {
        generation: stored.generation,
        feed: stored.feed.map(TryInto::try_into).transpose()?,
        detached: stored.detached.as_deref().map(SourceName::trusted),
        past: Arc::new(past),
        ..LabelState::default()
    };
    Ok((name, label))
}

impl TryFrom<stored::Feed> for Feed {
    type Error = Unreadable;

    fn try_from(stored: stored::Feed) -> Result<Self> {
        Ok(Self {
            source: SourceName::trusted(&stored.source),
            cluster: ownership::cluster(&stored.cluster),
            imported: VersionName::trusted(&stored.imported),
            imported_at: timestamp(stored.imported_at_micros)?,
            served: stored.served.as_deref().map(VersionName::trusted),
            awaiting: stored.awaiting.map(Seq),
        })
    }
}

impl TryFrom<stored::Document> for Document {
    type Error = Unreadable;

    fn try_from(stored: stored::Document) -> Result<Self> {
        let mut document = Self {
            path: Path::trusted(&stored.path),
            written_for: stored.written_for.map(Into::into),
            stable: stored.stable.map(Seq),
            // splits come after the documents they hold
            held: None,
            past: past::of_document(stored.past, stored.past_trimmed)?,
            versions: stored
                .versions
                .into_iter()
                .map(TryInto::try_into)
                .collect::<Result<_>>()?,
            stable_ms: stored.stable_ms,
        };
        if document.stable_ms == 0 {
            document.stable_ms = document.told_by_its_version();
        }
        Ok(document)
    }
}

impl TryFrom<stored::Version> for Version {
    type Error = Unreadable;

    fn try_from(stored: stored::Version) -> Result<Self> {
        let release = stored.released_at_micros.map(|at| {
            Ok(Box::new(LastRelease {
                at: timestamp(at)?,
                by: stored.released_by.as_str().into(),
                author: stored.release_author.as_str().into(),
                replaced: stored.replaced.map(Seq),
                with: optional_split(&stored.released_with),
            }))
        });
        Ok(Self {
            seq: Seq(stored.seq),
            name: VersionName::trusted(&stored.name),
            content: required(stored.content)?.try_into()?,
            written_at: timestamp(stored.written_at_micros)?,
            revert: stored.revert,
            release: release.transpose()?,
        })
    }
}

impl TryFrom<stored::ChangeEntry> for ChangeEntry {
    type Error = Unreadable;

    fn try_from(stored: stored::ChangeEntry) -> Result<Self> {
        Ok(Self {
            change: Arc::new(required(stored.change)?.try_into()?),
            state: known::<stored::ChangeState>(stored.state)?.try_into()?,
            rolled_back_by: stored.rolled_back_by.as_deref().map(SplitId::trusted),
            kept: stored.kept,
        })
    }
}

impl TryFrom<stored::ChangeState> for ChangeState {
    type Error = Unreadable;

    fn try_from(stored: stored::ChangeState) -> Result<Self> {
        match stored {
            stored::ChangeState::Unspecified => Err(Unreadable::Damaged),
            stored::ChangeState::Staged => Ok(Self::Staged),
            stored::ChangeState::Released => Ok(Self::Released),
            stored::ChangeState::Discarded => Ok(Self::Discarded),
            stored::ChangeState::RolledBack => Ok(Self::RolledBack),
        }
    }
}

/// The answer to a principal's request.
pub(in crate::store) fn answer(stored: stored::Answer) -> Result<(String, RequestId, Answered)> {
    let key = required(stored.key)?;
    let answered = Answered {
        body: sha256(&key.body)?,
        at: timestamp(stored.at_micros)?,
        outcome: Outcome {
            at: Seq(stored.outcome_at),
            change: Seq(stored.change),
            label: Label::trusted(&stored.label),
            name: VersionName::trusted(&stored.name),
            digest: sha256(&stored.digest)?,
            created: stored.created,
            moved: stored.moved,
        },
    };
    let id = RequestId::trusted(&key.id);
    Ok((stored.principal, id, answered))
}

/// A split's id; empty where there is none.
fn optional_split(id: &str) -> Option<SplitId> {
    (!id.is_empty()).then(|| SplitId::trusted(id))
}

/// A message that every version writes.
pub(super) fn required<T>(message: Option<T>) -> Result<T> {
    message.ok_or(Unreadable::Damaged)
}

/// A value of an enum, if it is one that this version knows.
pub(super) fn known<T: TryFrom<i32>>(value: i32) -> Result<T> {
    T::try_from(value).map_err(|_| Unreadable::Damaged)
}

pub(super) fn sha256(bytes: &[u8]) -> Result<Sha256> {
    bytes
        .try_into()
        .map(Sha256)
        .map_err(|_| Unreadable::Damaged)
}

pub(super) fn timestamp(micros: i64) -> Result<Timestamp> {
    Timestamp::from_microsecond(micros).map_err(|_| Unreadable::Damaged)
}
