//! Folds records into the state. The state is the fold of the log and nothing else, so this makes
//! no choices and reads no clock.

mod feed;
mod freeze;
mod key;
mod overrides;
mod ownership;
mod split;

use std::sync::Arc;

use self::split::SplitEnd;
use super::{
    Body, ChangeEntry, ChangeSet, ChangeState, ChangedDocument, Document, Feed, Label, LabelState,
    MAX_VERSIONS, Outcome, Past, Record, Seq, Sha256, SourceName, State, Version, VersionName,
    document::Releasing, split::Pins,
};

/// The log is inconsistent: it is damaged, or something else wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Inconsistent {
    /// A sequence number is missing or came twice.
    #[error("record {found} follows record {head}")]
    Gap {
        /// The last record before the gap.
        head: Seq,
        /// The record after it.
        found: Seq,
    },
    /// A record names a change set that was never written.
    #[error("record {at} names change set {change}, which is not kept")]
    UnknownChange {
        /// The record.
        at: Seq,
        /// The change set.
        change: Seq,
    },
}

/// The state after `record`.
pub(crate) fn fold(state: &State, record: &Record) -> Result<State, Inconsistent> {
    if record.seq != state.head.next() {
        return Err(Inconsistent::Gap {
            head: state.head,
            found: record.seq,
        });
    }
    let mut next = state.clone();
    next.head = record.seq;
    next.time = record.time;
    next.own_sequence = record.origin.sequence;
    next.dots.note(record);
    let outcome = next.apply(record)?;
    next.note_past(state, record, &outcome);
    next.requests.note(
        &record.principal,
        record.request.as_ref(),
        record.time,
        outcome,
    );
    Ok(next)
}

impl State {
    fn apply(&mut self, record: &Record) -> Result<Outcome, Inconsistent> {
        match &record.body {
            Body::Change {
                change,
                released,
                source,
                reverts,
                undoes,
                awaits_rollout,
            } => {
                let write = Write {
                    releasing: released.then(|| Releasing::by(record)),
                    revert: reverts.is_some() || undoes.is_some(),
                };
                let (outcome, waited) = self.apply_change(record, change, &write, source.as_ref());
                if *awaits_rollout {
                    self.await_rollout(change);
                }
                // one that is only staged is a part of what was staged before it
                if *awaits_rollout || *released {
                    self.give_up(waited);
                }
                if let Some(split) = reverts {
                    self.ended.note_revert(split, change.seq);
                }
                Ok(outcome)
            }
            Body::Release {
                change,
                detached,
                reason,
                ..
            } => {
                self.detach(record, detached, *change, reason)?;
                self.apply_release(record, *change)
            }
            Body::Discard { change } => self.apply_standing(record.seq, *change, |entry| {
                entry.state = ChangeState::Discarded;
            }),
            Body::Restage { change } => {
                self.apply_standing(record.seq, *change, ChangeEntry::restage)
            }
            Body::Unchanged { change } => self.apply_unchanged(record.seq, *change),
            Body::SplitMoved(to) => self.apply_split_moved(record, to),
            Body::SplitEnded {
                id,
                change,
                generation,
                released,
                reason,
            } => {
                let how = SplitEnd {
                    generation: *generation,
                    released: *released,
                    reason,
                };
                self.apply_split_ended(record, id, *change, how)
            }
            Body::LabelRemoved { label } => {
                self.end_splits_of(record, label);
                Ok(self.apply_removal(record.seq, label))
            }
            Body::LabelDetached { label } => Ok(self.apply_detachment(record.seq, label)),
            Body::SourceImported { source, unread } => {
                self.sources.insert(source.clone(), unread.clone());
                Ok(Outcome::of_source(record.seq))
            }
            Body::FreezeSet(freeze) => Ok(self.apply_freeze(record.seq, freeze)),
            Body::FreezeEnded(end) => Ok(self.apply_freeze_end(record.seq, end)),
            Body::OverrideSet(set) => Ok(self.apply_override(record.seq, set)),
            Body::OverrideEnded(end) => Ok(self.apply_override_end(record.seq, end)),
            Body::KeyCreated(key) => Ok(self.apply_key(record, key)),
            Body::KeyRotated(rotation) => Ok(self.apply_key_rotation(record, rotation)),
            Body::KeyRevoked(id, _) => Ok(self.apply_key_revocation(record, *id)),
            Body::OwnershipSet(owned) => Ok(self.apply_ownership(record, owned)),
            Body::Retained { before } => {
                self.let_go(*before, &record.origin.cluster);
                Ok(Outcome::of_retention(record.seq))
            }
        }
    }

    fn apply_change(
        &mut self,
        record: &Record,
        change: &Arc<ChangeSet>,
        write: &Write,
        source: Option<&SourceName>,
    ) -> (Outcome, Option<Seq>) {
        let released = write.releasing.is_some();
        let mut label = self.labels.get(&change.label).cloned().unwrap_or_default();
        let mut dropped = Vec::new();
        for changed in change.documents.iter() {
            let (document, replaced) = label.write(change, changed, write);
            dropped.extend(replaced);
            dropped.extend(document.drop_surplus(&self.pins));
        }
        let waited = label.note_feed(&record.origin.cluster, change, released, source);
        if released {
            label.generation = change.seq.0;
            if let Some(feed) = &mut label.feed {
                feed.served = Some(change.name.clone());
            }
        }
        self.labels.insert(change.label.clone(), label);
        let state = match released {
            true => ChangeState::Released,
            false => ChangeState::Staged,
        };
        self.restore_change(ChangeEntry::written(change.clone(), state));
        for seq in dropped {
            self.release_versions(seq, 1);
        }
        let outcome = Outcome {
            at: change.seq,
            change: change.seq,
            label: change.label.clone(),
            name: change.name.clone(),
            digest: change.digest,
            created: true,
            moved: released,
        };
        (outcome, waited)
    }

    /// Releases a change set.
    fn apply_release(&mut self, record: &Record, seq: Seq) -> Result<Outcome, Inconsistent> {
        let at = record.seq;
        let releasing = Releasing::by(record);
        let change = self.change_mut(at, seq, ChangeEntry::release)?;
        let mut label = self.labels.get(&change.label).cloned().unwrap_or_default();
        for changed in change.documents.iter() {
            if let Some(document) = label.documents.get_mut(&changed.path) {
                Arc::make_mut(document).release(seq, &releasing);
            }
        }
        if let Some(feed) = &mut label.feed {
            feed.served = Some(change.name.clone());
        }
        label.generation = at.0;
        self.labels.insert(change.label.clone(), label);
        self.take_up(&change);
        Ok(moved(at, &change, true))
    }

    fn apply_standing(
        &mut self,
        at: Seq,
        seq: Seq,
        stand: impl FnOnce(&mut ChangeEntry),
    ) -> Result<Outcome, Inconsistent> {
        let change = self.change_mut(at, seq, stand)?;
        self.take_up(&change);
        Ok(moved(at, &change, false))
    }

    fn apply_unchanged(&self, at: Seq, seq: Seq) -> Result<Outcome, Inconsistent> {
        let unknown = Inconsistent::UnknownChange { at, change: seq };
        let entry = self.changes.get(&seq).ok_or(unknown)?;
        Ok(moved(at, &entry.change, false))
    }

    fn apply_removal(&mut self, at: Seq, name: &Label) -> Outcome {
        let label = self.labels.remove(name).unwrap_or_default();
        for version in label.documents.values().flat_map(|d| &d.versions) {
            self.release_versions(version.seq, 1);
        }
        if name.as_str() == Label::MAIN {
            let empty = LabelState {
                generation: at.0,
                ..LabelState::default()
            };
            self.labels.insert(name.clone(), empty);
        }
        end_of_feed(at, name, label.feed)
    }

    fn apply_detachment(&mut self, at: Seq, name: &Label) -> Outcome {
        let mut label = self.labels.get(name).cloned().unwrap_or_default();
        let feed = label.feed.take();
        label.detached = feed.as_ref().map(|feed| feed.source.clone());
        if let Some(feed) = &feed {
            // configured again, it begins again
            self.sources.remove(&feed.source);
        }
        // the version that readers are told was its source's
        label.generation = at.0;
        self.labels.insert(name.clone(), label);
        end_of_feed(at, name, feed)
    }

    fn change_mut(
        &mut self,
        at: Seq,
        seq: Seq,
        stand: impl FnOnce(&mut ChangeEntry),
    ) -> Result<Arc<ChangeSet>, Inconsistent> {
        let entry = self
            .changes
            .get_mut(&seq)
            .ok_or(Inconsistent::UnknownChange { at, change: seq })?;
        stand(entry);
        Ok(entry.change.clone())
    }
}

/// How the documents of a change set are written.
struct Write {
    /// What makes them stable at once, if anything does.
    releasing: Option<Releasing>,
    revert: bool,
}

impl LabelState {
    /// Writes one document of a change set. Returns the document, and the change set that lost a
    /// version, if one did.
    fn write(
        &mut self,
        change: &ChangeSet,
        changed: &ChangedDocument,
        write: &Write,
    ) -> (&mut Document, Option<Seq>) {
        let document = self
            .documents
            .entry(changed.path.clone())
            .or_insert_with(|| {
                Arc::new(Document {
                    path: changed.path.clone(),
                    written_for: None,
                    versions: Vec::new(),
                    stable: None,
                    stable_ms: 0,
                    held: None,
                    past: Past::default(),
                })
            });
        let document = Arc::make_mut(document);
        if changed.written_for.is_some() {
            document.written_for.clone_from(&changed.written_for);
        }
        let dropped = document.drop_named(change);
        let (dropped, release) = dropped.map_or((None, None), |old| (Some(old.seq), old.release));
        document.versions.push(Version {
            seq: change.seq,
            name: change.name.clone(),
            content: changed.content.clone(),
            written_at: change.written_at,
            revert: write.revert,
            release,
        });
        if let Some(releasing) = &write.releasing {
            document.release(change.seq, releasing);
        }
        (document, dropped)
    }
}

impl Document {
    /// Adds a version. A source that goes back to a commit writes versions of the same name and
    /// content again: they move to the end instead of being listed twice.
    fn drop_named(&mut self, change: &ChangeSet) -> Option<Version> {
        let index = self.versions.iter().position(|v| v.name == change.name)?;
        let old = self.versions.remove(index);
        if self.stable == Some(old.seq) {
            self.stable = Some(change.seq);
        }
        let releases = self.versions.iter_mut().filter_map(|v| v.release.as_mut());
        for release in releases.filter(|release| release.replaced == Some(old.seq)) {
            release.replaced = Some(change.seq);
        }
        Some(old)
    }

    /// Drops the oldest versions beyond [`MAX_VERSIONS`]. Neither the stable one is dropped nor
    /// the one that it replaced, and those that splits name are neither dropped nor counted.
    fn drop_surplus(&mut self, pins: &Pins) -> Vec<Seq> {
        if self.versions.len() <= MAX_VERSIONS {
            return Vec::new();
        }
        let named = self.versions.iter().filter(|v| pins.holds(v.seq)).count();
        let mut surplus = (self.versions.len() - named).saturating_sub(MAX_VERSIONS);
        let kept = [self.stable, self.replaced()];
        let mut dropped = Vec::new();
        self.versions.retain(|version| {
            let drop =
                surplus > 0 && !kept.contains(&Some(version.seq)) && !pins.holds(version.seq);
            if drop {
                surplus -= 1;
                dropped.push(version.seq);
            }
            !drop
        });
        dropped
    }
}

fn end_of_feed(at: Seq, label: &Label, feed: Option<Feed>) -> Outcome {
    Outcome {
        at,
        change: Seq(0),
        label: label.clone(),
        name: feed.map_or_else(|| VersionName::trusted("removed"), |feed| feed.imported),
        digest: Sha256::of(&[]),
        created: false,
        moved: true,
    }
}

fn moved(at: Seq, change: &ChangeSet, moved: bool) -> Outcome {
    Outcome {
        at,
        change: change.seq,
        label: change.label.clone(),
        name: change.name.clone(),
        digest: change.digest,
        created: false,
        moved,
    }
}
