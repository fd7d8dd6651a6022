//! Drops old data from the state: versions, deleted documents, ended splits, and answered requests.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{ChangeState, Document, Label, LabelState, Seq, State, Version};

/// How long versions that are not served are kept.
const MAX_AGE: SignedDuration = SignedDuration::from_hours(30 * 24);

impl State {
    /// Drops what is older than `before`: versions that are neither stable, nor named by a split,
    /// nor waiting for a rollout; deleted documents; and ended splits. Drops answers that are too old
    /// to be repeated, too.
    pub(super) fn let_go(&mut self, before: Timestamp) {
        self.requests.expire(now(before));
        self.forget_ended_before(before);
        let mut dropped: Vec<Seq> = Vec::new();
        let names: Vec<_> = self.labels.keys().cloned().collect();
        for name in names {
            self.let_go_of(&name, before, &mut dropped);
        }
        for seq in dropped {
            self.release_versions(seq, 1);
        }
        for seq in self.old_empty_changes(before) {
            self.forget_change(seq);
        }
    }

    /// Drops old versions of a label's documents.
    fn let_go_of(&mut self, name: &Label, before: Timestamp, dropped: &mut Vec<Seq>) {
        let Some(label) = self.labels.get(name) else {
            return;
        };
        let mut kept = label.clone();
        for document in label.documents.values() {
            match self.kept_of(label, document, before) {
                Kept::AsIs => {}
                Kept::Part(document, went) => {
                    dropped.extend(went);
                    let path = document.path.clone();
                    kept.documents.insert(path, Arc::new(document));
                }
                Kept::Nothing => {
                    dropped.extend(document.versions.iter().map(|v| v.seq));
                    kept.documents.remove(&document.path);
                }
            }
        }
        self.labels.insert(name.clone(), kept);
    }

    /// Whether anything is to be dropped. Answers alone are not: they have no effect, and there are
    /// not many.
    pub(super) fn has_old(&self, before: Timestamp) -> bool {
        let mut documents = self
            .labels
            .values()
            .flat_map(|label| label.documents.values().map(move |d| (label, d)));
        self.ended.has_before(before)
            || documents.any(|(label, d)| !matches!(self.kept_of(label, d, before), Kept::AsIs))
            || !self.old_empty_changes(before).is_empty()
    }

    fn kept_of(&self, label: &LabelState, document: &Document, before: Timestamp) -> Kept {
        let awaiting = label.feed.as_ref().and_then(|feed| feed.awaiting);
        let is_named = |seq| self.pins.holds(seq) || awaiting == Some(seq);
        document.without_old(before, is_named)
    }

    /// Old commits that changed no document: no version of theirs would take them along.
    fn old_empty_changes(&self, before: Timestamp) -> Vec<Seq> {
        let old = self.changes.values().filter(|entry| {
            entry.change.documents.is_empty()
                && entry.state != ChangeState::Staged
                && entry.change.written_at < before
        });
        old.map(|entry| entry.change.seq).collect()
    }
}

/// What is written before this is old.
pub(super) fn oldest_kept(now: Timestamp) -> Timestamp {
    now.checked_sub(MAX_AGE).unwrap_or(Timestamp::MIN)
}

/// The time at which what is before `before` is old.
fn now(before: Timestamp) -> Timestamp {
    before.checked_add(MAX_AGE).unwrap_or(Timestamp::MAX)
}

enum Kept {
    AsIs,
    /// All but the versions that these change sets wrote.
    Part(Document, Vec<Seq>),
    Nothing,
}

impl Document {
    /// The version that was stable before, as long as the one that is became so within
    /// [`MAX_AGE`]: so long can it be undone.
    fn replaced_lately(&self, before: Timestamp) -> Option<Seq> {
        let release = self.stable_version()?.release.as_ref()?;
        release.replaced.filter(|_| release.at >= before)
    }

    fn without_old(&self, before: Timestamp, is_named: impl Fn(Seq) -> bool) -> Kept {
        let replaced = self.replaced_lately(before);
        let old =
            |v: &Version| v.written_at < before && !is_named(v.seq) && replaced != Some(v.seq);
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
            return Kept::Nothing;
        }
        if go.is_empty() {
            return Kept::AsIs;
        }
        let kept = Document {
            versions: stay,
            ..self.clone()
        };
        Kept::Part(kept, go.iter().map(|v| v.seq).collect())
    }
}
