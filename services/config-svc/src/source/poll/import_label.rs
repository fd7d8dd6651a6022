//! Imports what is new of one label.

use super::super::{
    Approval,
    import::{ReadCommit, commits_to_import, read_commit},
    lock,
    status::{LabelStatus, Pending, PendingReason},
};
use super::{Failed, Poller, blocking};
use crate::{
    domain::{Command, Import, ImportPlan, Label, LabelState, VersionName, plan_import},
    source::ReleasePolicy,
};
use std::sync::Arc;
use vortex_git::{Commit, CommitId, Repository};

impl Poller {
    /// Imports the commits of a label up to `newest`. A commit that may not be
    /// imported is left out and named; those after it are taken together with it
    /// if they may.
    pub(super) async fn import_label(
        &mut self,
        repository: &Arc<Repository>,
        label: &Label,
        newest: CommitId,
    ) -> Result<(), Failed> {
        let imported = self.imported_commit(label);
        if imported == Some(newest) {
            self.note_imported(label, None);
            return Ok(());
        }
        if self.is_known_refusal(label, newest) {
            return Ok(());
        }
        let commits = {
            let repository = repository.clone();
            blocking(move || commits_to_import(&repository, imported, newest)).await?
        };
        let mut pending = None;
        let mut base = imported;
        for (commit, whole) in commits {
            let read = self
                .read_commit(repository, base.filter(|_| !whole), commit)
                .await?;
            let id = read.commit;
            match self.import(label, read).await? {
                None => {
                    base = Some(id);
                    pending = None;
                }
                Some(refused) => pending = Some(refused),
            }
        }
        self.note_imported(label, pending);
        Ok(())
    }

    async fn read_commit(
        &self,
        repository: &Arc<Repository>,
        base: Option<CommitId>,
        commit: Commit,
    ) -> Result<ReadCommit, Failed> {
        let repository = repository.clone();
        let configuration = self.configuration.clone();
        blocking(move || read_commit(&configuration, &repository, base, &commit)).await
    }

    /// Imports one commit, or says why it may not be.
    async fn import(&mut self, label: &Label, read: ReadCommit) -> Result<Option<Pending>, Failed> {
        let (plan, first) = {
            let state = self.configuration.state();
            let there = state.labels.get(label);
            let first = there.and_then(|label| label.feed.as_ref()).is_none();
            let approved = self.is_approved(label, &read.id);
            (
                plan_import(there, read.files, read.complete, approved),
                first,
            )
        };
        let documents = match plan {
            ImportPlan::Import(documents) => documents,
            ImportPlan::Invalid { path, defect } => {
                let detail = format!("{path}: {defect}");
                return Ok(Some(self.refuse(read.id, PendingReason::Invalid, detail)));
            }
            ImportPlan::TakesOver { documents } => {
                let detail = format!(
                    "the label has {documents} documents that were written through the API"
                );
                return Ok(Some(self.refuse(read.id, PendingReason::TakesOver, detail)));
            }
            ImportPlan::Shrinks { removed, of } => {
                let detail = format!("it removes {removed} of {of} documents");
                return Ok(Some(self.refuse(read.id, PendingReason::Shrank, detail)));
            }
        };
        let written: std::collections::HashSet<_> = documents
            .iter()
            .filter_map(|document| Some(document.content.stored()?.sha256))
            .collect();
        let mut contents = read.contents;
        contents.retain(|(sha256, _)| written.contains(sha256));
        let import = Command::Import(Import {
            source: self.settings.name.clone(),
            label: label.clone(),
            commit: read.id.clone(),
            message: read.message,
            author: read.author,
            documents,
            release: first || self.settings.release == ReleasePolicy::Auto,
        });
        self.configuration
            .write(self.request(), import, contents)
            .await
            .map_err(|error| error.to_string())?;
        self.skipped.insert(label.clone(), read.skipped);
        self.imported.increment(1);
        tracing::info!(%label, commit = %read.id, source = %self.settings.name, "imported");
        Ok(None)
    }

    fn refuse(&self, commit: VersionName, reason: PendingReason, detail: String) -> Pending {
        self.refused.increment(1);
        tracing::warn!(
            source = %self.settings.name, %commit, reason = reason.as_str(), detail,
            "a commit is not imported"
        );
        Pending {
            commit,
            reason,
            detail,
        }
    }

    fn imported_commit(&self, label: &Label) -> Option<CommitId> {
        let state = self.configuration.state();
        let label: &LabelState = state.labels.get(label)?;
        let feed = label
            .feed
            .as_ref()
            .filter(|feed| feed.source == self.settings.name)?;
        feed.imported.as_str().parse().ok()
    }

    /// Whether this commit was refused before, so that reading it again would
    /// change nothing.
    fn is_known_refusal(&self, label: &Label, newest: CommitId) -> bool {
        let newest = newest.to_string();
        let status = lock(&self.status);
        let pending = status
            .labels
            .get(label)
            .and_then(|label| label.pending.as_ref());
        pending.is_some_and(|pending| {
            pending.commit.as_str() == newest && pending.reason != PendingReason::Failed
        }) && !self.is_approved(label, &VersionName::trusted(&newest))
    }

    fn is_approved(&self, label: &Label, commit: &VersionName) -> bool {
        self.approved.contains(&Approval {
            label: label.clone(),
            commit: commit.clone(),
        })
    }

    /// One label that can't be read keeps no other from being read.
    pub(super) fn note_failed(&self, label: &Label, newest: CommitId, why: Failed) {
        tracing::warn!(source = %self.settings.name, %label, commit = %newest, why, "a label can't be read");
        self.note_imported(
            label,
            Some(Pending {
                commit: VersionName::trusted(&newest.to_string()),
                reason: PendingReason::Failed,
                detail: why,
            }),
        );
    }

    fn note_imported(&self, label: &Label, pending: Option<Pending>) {
        let commit = self.imported_commit(label);
        let status = LabelStatus {
            commit: commit.map(|commit| VersionName::trusted(&commit.to_string())),
            pending,
        };
        self.set_label(label, status);
    }
}
