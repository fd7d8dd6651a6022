//! Records which labels were imported and which could not be, for readers and operators.

use super::super::{
    lock,
    status::{LabelStatus, Pending, PendingReason},
};
use super::{Failed, Poller, find_labels::Found};
use crate::{
    domain::{Command, Imported, Label, LabelState, VersionName},
    source::Status,
};
use std::collections::BTreeSet;
use vortex_git::{CommitId, UnreadableLabel, UnreadableReason};

/// A branch or tag that can't be read and was never imported.
#[derive(PartialEq, Eq)]
pub(super) struct Unread {
    pub(super) label: Label,
    pub(super) why: String,
}

impl Poller {
    /// Imports a label. If it can't be read, it keeps its last state, and other labels are still
    /// imported.
    pub(super) fn note_failed(&self, label: &Label, newest: Option<CommitId>, why: Failed) {
        let pending = Pending {
            commit: newest.map(|commit| VersionName::trusted(&commit.to_string())),
            reason: PendingReason::Failed,
            detail: why,
            generation: 0,
        };
        let known = lock(&self.status)
            .labels
            .get(label)
            .is_some_and(|label| label.pending.as_ref() == Some(&pending));
        if !known {
            self.warn_unread(label, &pending.detail);
        }
        self.note_imported(label, Some(pending));
    }

    pub(super) fn note_imported(&self, label: &Label, pending: Option<Pending>) {
        let (commit, _) = self.imported_commit(label);
        let status = LabelStatus {
            commit: commit.map(|commit| VersionName::trusted(&commit.to_string())),
            pending,
        };
        self.set_label(label, status);
    }

    /// Notes the labels that can't be read. One that was imported before is pending; one that never
    /// was is only listed.
    pub(super) fn note_unread(&mut self, found: &Found) {
        let mut unread = Vec::new();
        for (label, broken) in &found.broken {
            if self.is_ours(label) {
                self.note_failed(label, None, broken.to_string());
            } else {
                let label = label.clone();
                let why = broken.to_string();
                unread.push(Unread { label, why });
            }
        }
        for new in unread.iter().filter(|unread| !self.unread.contains(unread)) {
            self.warn_unread(&new.label, &new.why);
        }
        let status = lock(&self.status);
        let failed = found.readable.iter().filter_map(|(label, _)| {
            let why = failed(&status, label)?;
            let label = label.clone();
            Some(Unread { label, why })
        });
        unread.extend(failed.filter(|unread| !self.is_ours(&unread.label)));
        drop(status);
        self.unread = unread;
    }

    /// Records in the log that the source was imported whole.
    pub(super) async fn note_whole(&self, found: &Found) -> Result<(), Failed> {
        let source = self.settings.name.clone();
        let unread = self.unread_labels(found);
        let is_known = {
            let state = self.configuration.state();
            let known = state.sources.get(&source);
            known.is_some_and(|known| **known == unread)
        };
        if is_known {
            return Ok(());
        }
        let imported = Command::NoteImported(Imported { source, unread });
        let written = self
            .configuration
            .write(self.request(), imported, Vec::new());
        written.await.map(drop).map_err(|error| error.to_string())
    }

    /// The labels that were never imported but exist in the source: reading them must not answer
    /// that they don't exist.
    fn unread_labels(&self, found: &Found) -> BTreeSet<Label> {
        let state = self.configuration.state();
        let has_nothing = |label: &&Label| {
            let there = state.labels.get(*label);
            !there.is_some_and(|label: &LabelState| label.feed.is_some() || label.serves_any())
        };
        let readable = found.readable.iter().map(|(label, _)| label);
        let broken = found
            .broken
            .iter()
            .filter(|(_, broken)| !is_no_label(broken));
        let all = readable.chain(broken.map(|(label, _)| label));
        all.filter(has_nothing).cloned().collect()
    }

    /// Forgets labels that were never imported and are gone.
    pub(super) fn forget_labels(&self, found: &Found) {
        let names = found.names();
        let is_kept = |label: &Label| names.contains(label) || self.is_ours(label);
        lock(&self.status).labels.retain(|label, _| is_kept(label));
    }

    /// Whether the source feeds a label.
    fn is_ours(&self, label: &Label) -> bool {
        let state = self.configuration.state();
        let feed = state.labels.get(label).and_then(|l| l.feed.as_ref());
        feed.is_some_and(|feed| feed.source == self.settings.name)
    }

    fn warn_unread(&self, label: &Label, why: &str) {
        tracing::warn!(source = %self.settings.name, %label, why, "a label can't be read");
    }
}

fn failed(status: &Status, label: &Label) -> Option<String> {
    let pending = status.labels.get(label)?.pending.as_ref()?;
    let is_failed = pending.reason == PendingReason::Failed;
    is_failed.then(|| pending.detail.clone())
}

/// A tag may name a file or a folder: Git allows it, and nobody expects a label of it.
fn is_no_label(broken: &UnreadableLabel) -> bool {
    matches!(broken.reason, UnreadableReason::NotACommit(_))
        && broken.kind == vortex_git::LabelKind::Tag
}
