//! Notes what a record changed of what readers get.

use std::sync::Arc;

use super::super::{
    Body, ChangeSet, Document, Label, LabelState, Outcome, Override, OverrideTarget, Path, Record,
    Seq, State,
};
use super::{Past, PastCommit, PastOverride};

impl State {
    /// Notes what `record`, which led here from `before`, changed of what readers get.
    pub(in crate::domain) fn note_past(
        &mut self,
        before: &Self,
        record: &Record,
        outcome: &Outcome,
    ) {
        match &record.body {
            Body::Change { .. } | Body::SplitMoved(_) | Body::SplitEnded { .. } => {
                self.note_change(before, record, outcome.change);
            }
            Body::Release { detached, .. } => {
                let ended = detached.iter().filter_map(|id| before.splits.get(id));
                let changes = ended.map(|split| split.change);
                for change in changes.chain([outcome.change]) {
                    self.note_change(before, record, change);
                }
            }
            Body::LabelDetached { label } => self.note_commit(before, record, label),
            Body::OverrideSet(set) => self.note_override(before, record, &set.target),
            Body::OverrideEnded(end) => {
                for (_, target) in &end.which {
                    self.note_override(before, record, target);
                }
            }
            // they change nothing of it, or leave nothing of which there is a past
            Body::Discard { .. }
            | Body::Restage { .. }
            | Body::Unchanged { .. }
            | Body::LabelRemoved { .. }
            | Body::SourceImported { .. }
            | Body::FreezeSet(_)
            | Body::FreezeEnded(_)
            | Body::KeyCreated(_)
            | Body::KeyRotated(_)
            | Body::KeyRevoked(..)
            | Body::Retained { .. }
            | Body::OwnershipSet(_) => {}
        }
    }

    fn note_change(&mut self, before: &Self, record: &Record, change: Seq) {
        let entry = self.changes.get(&change).or(before.changes.get(&change));
        let Some(change) = entry.map(|entry| entry.change.clone()) else {
            return;
        };
        self.note_documents(before, record, &change);
        self.note_commit(before, record, &change.label);
    }

    fn note_documents(&mut self, before: &Self, record: &Record, change: &ChangeSet) {
        let was = before.labels.get(&change.label);
        let Some(label) = self.labels.get_mut(&change.label) else {
            return;
        };
        for changed in change.documents.iter() {
            let was = was.and_then(|label| label.documents.get(&changed.path));
            note_document(label, &changed.path, was.map(AsRef::as_ref), record);
        }
    }

    fn note_commit(&mut self, before: &Self, record: &Record, name: &Label) {
        let served = |label: &LabelState| label.feed.as_ref()?.served.clone();
        let was = before.labels.get(name);
        let Some(label) = self.labels.get_mut(name) else {
            return;
        };
        let now = served(label);
        if now == was.and_then(served) {
            return;
        }
        let past = Arc::make_mut(&mut label.past);
        // served since before it is noted: since the last change of its label, or earlier
        if let (true, Some(was)) = (past.commits.is_empty(), was)
            && let Some(commit) = served(was)
        {
            past.push_commit(PastCommit {
                since: Seq(was.generation),
                name: Some(commit),
            });
        }
        past.push_commit(PastCommit {
            since: record.seq,
            name: now,
        });
    }

    /// Notes the end of the override that a target had.
    fn note_override(&mut self, before: &Self, record: &Record, target: &OverrideTarget) {
        let Some(was) = before.overrides.get(target) else {
            return;
        };
        // an override may outlive its label
        if let Some(label) = self.labels.get_mut(&target.label) {
            Arc::make_mut(&mut label.past).push_override(ended(was, record));
        }
    }
}

fn ended(was: &Override, record: &Record) -> PastOverride {
    PastOverride {
        target: was.target.clone(),
        sha256: was.values.sha256(),
        since: was.id.0,
        at: was.since,
        until: record.seq,
        ended_at: record.time.wall,
    }
}

fn note_document(label: &mut LabelState, path: &Path, was: Option<&Document>, record: &Record) {
    let Some(document) = label.documents.get(path) else {
        return;
    };
    let now = document.moment(record.seq, record.time.wall);
    let mut past = match (document.past.moments.is_empty(), was) {
        (true, Some(was)) => was.before_it_was_noted(),
        (true, None) => Past::default(),
        (false, _) => document.past.clone(),
    };
    let is_same = match past.moments.last() {
        Some(last) => last.is_as(&now),
        None => now.stable.is_none() && now.canary.is_none(),
    };
    if is_same {
        return;
    }
    past.push(now);
    if let Some(document) = label.documents.get_mut(path) {
        Arc::make_mut(document).past = past;
    }
}
