//! Drops old data from the state: versions, deleted documents, ended splits, and answered requests.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{ChangeState, Document, Seq, State, Version};

/// How long versions that are not served are kept.
pub(crate) const MAX_AGE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Drops what is older than [`MAX_AGE`]: versions that are neither stable, nor named by a split,
/// nor waiting for a rollout; deleted documents; and ended splits. Drops answers that are too old
/// to be repeated, too.
pub(crate) fn retain(state: &State, now: Timestamp) -> State {
    let mut next = state.clone();
    next.requests.expire(now);
    next.forget_ended_before(now);
    let mut dropped: Vec<Seq> = Vec::new();
    let names: Vec<_> = next.labels.keys().cloned().collect();
    for name in names {
        let Some(mut label) = next.labels.get(&name).cloned() else {
            continue;
        };
        let awaiting = label.feed.as_ref().and_then(|feed| feed.awaiting);
        let is_named = |seq| next.pins.holds(seq) || awaiting == Some(seq);
        for document in state.labels[&name].documents.values() {
            match document.without_old(now, is_named, &mut dropped) {
                Kept::AsIs => {}
                Kept::Part(document) => {
                    let path = document.path.clone();
                    label.documents.insert(path, Arc::new(document));
                }
                Kept::Nothing => {
                    label.documents.remove(&document.path);
                }
            }
        }
        next.labels.insert(name, label);
    }
    for seq in dropped {
        next.release_versions(seq, 1);
    }
    next.forget_old_empty_changes(now);
    next
}

enum Kept {
    AsIs,
    Part(Document),
    Nothing,
}

impl Document {
    /// The version that was stable before, as long as the one that is became so within
    /// [`MAX_AGE`]: so long can it be undone.
    fn replaced_lately(&self, now: Timestamp) -> Option<Seq> {
        let release = self.stable_version()?.release.as_ref()?;
        let is_late = now.duration_since(release.at) <= MAX_AGE;
        release.replaced.filter(|_| is_late)
    }

    fn without_old(
        &self,
        now: Timestamp,
        is_named: impl Fn(Seq) -> bool,
        dropped: &mut Vec<Seq>,
    ) -> Kept {
        let replaced = self.replaced_lately(now);
        let old = |v: &Version| {
            let written = now.duration_since(v.written_at);
            written > MAX_AGE && !is_named(v.seq) && replaced != Some(v.seq)
        };
        if !self.versions.iter().any(old) {
            return Kept::AsIs;
        }
        let (go, stay): (Vec<_>, Vec<_>) = self
            .versions
            .iter()
            .cloned()
            .partition(|v| old(v) && self.stable != Some(v.seq));
        let only_a_tomb = matches!(stay.as_slice(), [v] if !v.content.exists() && old(v));
        if stay.is_empty() || only_a_tomb {
            dropped.extend(self.versions.iter().map(|v| v.seq));
            return Kept::Nothing;
        }
        if go.is_empty() {
            return Kept::AsIs;
        }
        dropped.extend(go.iter().map(|v| v.seq));
        Kept::Part(Document {
            versions: stay,
            ..self.clone()
        })
    }
}

impl State {
    /// Drops old commits that changed no document: no version of theirs would take them along.
    fn forget_old_empty_changes(&mut self, now: Timestamp) {
        let old: Vec<Seq> = self
            .changes
            .values()
            .filter(|entry| {
                entry.change.documents.is_empty()
                    && entry.state != ChangeState::Staged
                    && now.duration_since(entry.change.written_at) > MAX_AGE
            })
            .map(|entry| entry.change.seq)
            .collect();
        for seq in old {
            self.forget_change(seq);
        }
    }
}
