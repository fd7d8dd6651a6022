//! Drops old data from the state: versions, deleted documents, ended splits, and answered requests.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{
    ChangeState, ClusterId, Document, Label, LabelState, Path, Seq, SplitId, State, Version,
};

/// How long versions that are not served are kept.
const MAX_AGE: SignedDuration = SignedDuration::from_hours(30 * 24);

impl State {
    /// Drops what is older than `before` of what a cluster owns: versions that are neither stable, nor named by a split,
    /// nor waiting for a rollout; deleted documents; and ended splits. Drops answers that are too old
    /// to be repeated, too.
    pub(super) fn let_go(&mut self, before: Timestamp, by: &ClusterId) {
        self.requests.expire(now(before));
        let ended = self.old_splits(before, by);
        self.forget_ended(&ended);
        let mut dropped: Vec<Seq> = Vec::new();
        let names: Vec<_> = self.labels.keys().cloned().collect();
        for name in names {
            self.let_go_of(&name, before, by, &mut dropped);
        }
        for seq in dropped {
            self.release_versions(seq, 1);
        }
        for seq in self.old_empty_changes(before, by) {
            self.forget_change(seq);
        }
    }

    /// Drops old versions of a label's documents.
    fn let_go_of(
        &mut self,
        name: &Label,
        before: Timestamp,
        by: &ClusterId,
        dropped: &mut Vec<Seq>,
    ) {
        let Some(label) = self.labels.get(name) else {
            return;
        };
        let mut kept = label.clone();
        for document in label.documents.values() {
            match self.kept_of(name, label, document, before, by) {
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
    pub(super) fn has_old(&self, before: Timestamp, by: &ClusterId) -> bool {
        let mut documents = self
            .labels
            .iter()
            .flat_map(|(name, label)| label.documents.values().map(move |d| (name, label, d)));
        !self.old_splits(before, by).is_empty()
            || documents.any(|(name, label, document)| {
                let kept = self.kept_of(name, label, document, before, by);
                !matches!(kept, Kept::AsIs)
            })
            || !self.old_empty_changes(before, by).is_empty()
    }

    fn kept_of(
        &self,
        name: &Label,
        label: &LabelState,
        document: &Document,
        before: Timestamp,
        by: &ClusterId,
    ) -> Kept {
        if !self.is_of(name, &document.path, by) {
            return Kept::AsIs;
        }
        let awaiting = label.feed.as_ref().and_then(|feed| feed.awaiting);
        let is_named = |seq| self.pins.holds(seq) || awaiting == Some(seq);
        document.without_old(before, is_named)
    }

    /// Old commits that changed no document: no version of theirs would take them along.
    fn old_empty_changes(&self, before: Timestamp, by: &ClusterId) -> Vec<Seq> {
        let old = self.changes.values().filter(|entry| {
            entry.change.documents.is_empty()
                && entry.state != ChangeState::Staged
                && entry.change.written_at < before
                && self.is_fed_by(&entry.change.label, by)
        });
        old.map(|entry| entry.change.seq).collect()
    }

    /// Splits of a cluster that ended before this. Those of which no document is known any more hold
    /// nothing, and are anybody's.
    fn old_splits(&self, before: Timestamp, by: &ClusterId) -> Vec<SplitId> {
        let old = self.ended.iter().filter(|ended| {
            let change = ended
                .split()
                .and_then(|split| self.changes.get(&split.change));
            let first = change.and_then(|entry| {
                let first = entry.change.documents.first()?;
                Some((&entry.change.label, &first.path))
            });
            ended.ended_at < before && first.is_none_or(|(label, path)| self.is_of(label, path, by))
        });
        old.map(|ended| ended.id.clone()).collect()
    }

    fn is_of(&self, label: &Label, path: &Path, cluster: &ClusterId) -> bool {
        let owner = self.owner_of(label, path);
        owner.is_none_or(|owner| owner.is(cluster))
    }

    fn is_fed_by(&self, label: &Label, cluster: &ClusterId) -> bool {
        let feeder = self.feeder_of(label);
        feeder.is_none_or(|feeder| feeder.is(cluster))
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
