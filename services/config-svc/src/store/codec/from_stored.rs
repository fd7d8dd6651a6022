//! Decodes stored data into domain types. Everything was validated before it was stored, so what
//! does not fit is damage.

use super::{
    StoredAnswer, StoredAppProfile, StoredBody, StoredChange, StoredChangeEntry, StoredContent,
    StoredDocument, StoredLabel, StoredRecord, StoredRequestKey, StoredSource, StoredTime,
    StoredVersion,
};
use crate::domain::{
    Answered, App, AppProfile, Body, ChangeEntry, ChangeName, ChangeSet, ChangeState,
    ChangedDocument, Content, ContentRef, Defect, Document, Feed, HybridTime, Label, LabelState,
    Origin, Outcome, Path, Profile, Record, RequestId, RequestKey, Seq, Sha256, SourceName,
    SplitId, Version, VersionName,
};
use jiff::Timestamp;
use std::{collections::BTreeSet, sync::Arc};

/// A value that decodes as protobuf and still can't be what was written.
#[derive(Debug)]
pub(in crate::store) struct Unreadable;

type Result<T> = std::result::Result<T, Unreadable>;

impl TryFrom<StoredRecord> for Record {
    type Error = Unreadable;

    fn try_from(stored: StoredRecord) -> Result<Self> {
        Ok(Self {
            seq: Seq(stored.seq),
            time: stored.time.try_into()?,
            origin: Origin {
                epoch: stored.epoch,
                cluster: stored.cluster.into(),
                sequence: stored.origin_sequence,
            },
            principal: stored.principal,
            request: stored.request.map(TryInto::try_into).transpose()?,
            body: stored.body.ok_or(Unreadable)?.try_into()?,
            about: stored.about.map(|about| ChangeName {
                label: Label::trusted(&about.label),
                name: VersionName::trusted(&about.name),
            }),
        })
    }
}

impl TryFrom<StoredBody> for Body {
    type Error = Unreadable;

    fn try_from(stored: StoredBody) -> Result<Self> {
        Ok(match stored {
            StoredBody::Change(body) => Self::Change {
                change: Arc::new(body.change.try_into()?),
                released: body.released,
                source: body.source.as_deref().map(SourceName::trusted),
                reverts: body.reverts.as_deref().map(SplitId::trusted),
                awaits_rollout: body.awaits_rollout,
            },
            StoredBody::Release(seq) => Self::Release {
                change: Seq(seq),
                detached: Vec::new(),
                reason: String::new(),
            },
            StoredBody::ForcedRelease(forced) => Self::Release {
                change: Seq(forced.change),
                detached: forced
                    .detached
                    .iter()
                    .map(|id| SplitId::trusted(id))
                    .collect(),
                reason: forced.reason,
            },
            StoredBody::SplitMoved(to) => Self::SplitMoved(to.try_into()?),
            StoredBody::SplitEnded(end) => Self::SplitEnded {
                id: SplitId::trusted(&end.id),
                change: end.change.map(Seq),
                generation: end.generation,
                released: end.released,
                reason: end.reason,
            },
            StoredBody::Discard(seq) => Self::Discard { change: Seq(seq) },
            StoredBody::Restage(seq) => Self::Restage { change: Seq(seq) },
            StoredBody::Unchanged(seq) => Self::Unchanged { change: Seq(seq) },
            StoredBody::LabelRemoved(label) => Self::LabelRemoved {
                label: Label::trusted(&label),
            },
            StoredBody::LabelDetached(label) => Self::LabelDetached {
                label: Label::trusted(&label),
            },
            StoredBody::SourceImported(stored) => {
                let (source, unread) = stored.into();
                Self::SourceImported { source, unread }
            }
        })
    }
}

impl From<StoredSource> for (SourceName, Arc<BTreeSet<Label>>) {
    fn from(stored: StoredSource) -> Self {
        let unread = stored.unread.iter().map(|label| Label::trusted(label));
        (
            SourceName::trusted(&stored.name),
            Arc::new(unread.collect()),
        )
    }
}

impl TryFrom<StoredTime> for HybridTime {
    type Error = Unreadable;

    fn try_from(stored: StoredTime) -> Result<Self> {
        Ok(Self {
            wall: timestamp(stored.micros)?,
            logical: stored.logical,
        })
    }
}

impl TryFrom<StoredRequestKey> for RequestKey {
    type Error = Unreadable;

    fn try_from(stored: StoredRequestKey) -> Result<Self> {
        Ok(Self {
            id: RequestId::trusted(&stored.id),
            body: sha256(&stored.body)?,
        })
    }
}

impl TryFrom<StoredChange> for ChangeSet {
    type Error = Unreadable;

    fn try_from(stored: StoredChange) -> Result<Self> {
        let documents = stored.documents.into_iter().map(|document| {
            Ok(ChangedDocument {
                path: Path::trusted(&document.path),
                content: document.content.try_into()?,
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

impl TryFrom<StoredContent> for Content {
    type Error = Unreadable;

    fn try_from(stored: StoredContent) -> Result<Self> {
        if stored.oversized {
            return Ok(Self::Oversized { size: stored.size });
        }
        if stored.sha256.is_empty() {
            return Ok(Self::Absent);
        }
        Ok(Self::Present {
            content: ContentRef {
                sha256: sha256(&stored.sha256)?,
                size: stored.size.try_into().map_err(|_| Unreadable)?,
            },
            defect: stored.defect.map(|defect| Defect {
                line: defect.line,
                column: defect.column,
                message: defect.message,
            }),
        })
    }
}

impl From<StoredAppProfile> for AppProfile {
    fn from(stored: StoredAppProfile) -> Self {
        Self {
            app: App::trusted(&stored.app),
            profile: Profile::trusted(&stored.profile),
        }
    }
}

impl TryFrom<StoredLabel> for (Label, LabelState) {
    type Error = Unreadable;

    fn try_from(stored: StoredLabel) -> Result<Self> {
        let feed = stored.feed.map(|feed| {
            Ok(Feed {
                source: SourceName::trusted(&feed.source),
                imported: VersionName::trusted(&feed.imported),
                imported_at: timestamp(feed.imported_at_micros)?,
                served: feed.served.as_deref().map(VersionName::trusted),
                awaiting: feed.awaiting.map(Seq),
            })
        });
        let label = LabelState {
            generation: stored.generation,
            feed: feed.transpose()?,
            detached: stored.detached.as_deref().map(SourceName::trusted),
            ..LabelState::default()
        };
        Ok((Label::trusted(&stored.name), label))
    }
}

impl TryFrom<StoredDocument> for Document {
    type Error = Unreadable;

    fn try_from(stored: StoredDocument) -> Result<Self> {
        Ok(Self {
            path: Path::trusted(&stored.path),
            written_for: stored.written_for.map(Into::into),
            stable: stored.stable.map(Seq),
            // splits come after the documents they hold
            held: None,
            versions: stored
                .versions
                .into_iter()
                .map(TryInto::try_into)
                .collect::<Result<_>>()?,
        })
    }
}

impl TryFrom<StoredVersion> for Version {
    type Error = Unreadable;

    fn try_from(stored: StoredVersion) -> Result<Self> {
        Ok(Self {
            seq: Seq(stored.seq),
            name: VersionName::trusted(&stored.name),
            content: stored.content.try_into()?,
            written_at: timestamp(stored.written_at_micros)?,
            revert: stored.revert,
        })
    }
}

impl TryFrom<StoredChangeEntry> for ChangeEntry {
    type Error = Unreadable;

    fn try_from(stored: StoredChangeEntry) -> Result<Self> {
        let state = match stored.state {
            1 => ChangeState::Staged,
            2 => ChangeState::Released,
            3 => ChangeState::Discarded,
            4 => ChangeState::RolledBack,
            _ => return Err(Unreadable),
        };
        Ok(Self {
            change: Arc::new(stored.change.try_into()?),
            state,
            rolled_back_by: stored.rolled_back_by.as_deref().map(SplitId::trusted),
            kept: stored.kept,
        })
    }
}

impl TryFrom<StoredAnswer> for (String, RequestId, Answered) {
    type Error = Unreadable;

    fn try_from(stored: StoredAnswer) -> Result<Self> {
        let answered = Answered {
            body: sha256(&stored.key.body)?,
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
        let id = RequestId::trusted(&stored.key.id);
        Ok((stored.principal, id, answered))
    }
}

fn sha256(bytes: &[u8]) -> Result<Sha256> {
    bytes.try_into().map(Sha256).map_err(|_| Unreadable)
}

pub(super) fn timestamp(micros: i64) -> Result<Timestamp> {
    Timestamp::from_microsecond(micros).map_err(|_| Unreadable)
}
