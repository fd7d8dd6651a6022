//! Imports the new commits of one label.

use std::sync::Arc;

use vortex_git::{Commit, CommitId, Repository};

use super::super::{
    Approval,
    import::{ReadCommit, commits_to_import, read_commit},
    lock,
    status::{Pending, PendingReason},
};
use super::{Failed, Poller, blocking};
use crate::{
    domain::{
        ChangeState, Command, Compared, Import, ImportPlan, Label, Path, Refused, ReleaseBy,
        VersionName, plan_import,
    },
    source::ReleasePolicy,
    writer::WriteError,
};

/// How often a commit is compared with what is stable when that keeps changing.
const COMPARISONS: usize = 5;

/// Why a label could not be imported.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotImported {
    /// The label can't be read, or its commit can't be written.
    #[error("{0}")]
    Unread(Failed),
    /// The store takes no writes at present.
    #[error("{0}")]
    Unwritten(WriteError),
}

impl From<Failed> for NotImported {
    fn from(why: Failed) -> Self {
        Self::Unread(why)
    }
}

impl From<WriteError> for NotImported {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Refused(refused) => Self::Unread(refused.to_string()),
            WriteError::Overloaded
            | WriteError::StoreFull(_)
            | WriteError::StoreAway(_)
            | WriteError::OutcomeUnknown
            | WriteError::StoreFailed
            | WriteError::Stopped => Self::Unwritten(error),
        }
    }
}

/// Why a commit is not imported, and as of when.
struct Found {
    commit: VersionName,
    /// The label's generation at that time.
    generation: u64,
}

impl Poller {
    /// Imports the commits of a label up to `newest`. A commit that may not be imported is skipped
    /// and noted; a later commit that may be includes its changes.
    pub(super) async fn import_label(
        &mut self,
        repository: &Arc<Repository>,
        label: &Label,
        newest: CommitId,
    ) -> Result<(), NotImported> {
        let (imported, catches_up) = self.imported_commit(label);
        if imported == Some(newest) {
            self.note_imported(label, None);
            return Ok(());
        }
        if self.is_known_refusal(label, newest) {
            return Ok(());
        }
        let commits = {
            let repository = repository.clone();
            let imported = imported.filter(|_| !catches_up);
            blocking(move || commits_to_import(&repository, imported, newest)).await?
        };
        let mut pending = None;
        let mut base = imported;
        for (commit, whole) in commits {
            let base_of_this = base.filter(|_| !whole);
            let read = self
                .read_commit(repository, label, base_of_this, commit)
                .await?;
            let compared = match (catches_up, read.complete) {
                (true, _) => Compared::WithStable,
                (false, true) => Compared::Whole,
                (false, false) => Compared::Touched,
            };
            let id = read.commit;
            pending = self.import(label, read, compared).await?;
            match &pending {
                None => base = Some(id),
                // what comes after it waits behind it
                Some(held) if held.waits_for().is_some() => break,
                // and what comes after a commit that is refused may fix it
                Some(_) => {}
            }
        }
        self.note_imported(label, pending);
        Ok(())
    }

    async fn read_commit(
        &self,
        repository: &Arc<Repository>,
        label: &Label,
        base: Option<CommitId>,
        commit: Commit,
    ) -> Result<ReadCommit, Failed> {
        let repository = repository.clone();
        let configuration = self.configuration.clone();
        let label = label.clone();
        blocking(move || read_commit(&configuration, &repository, &label, base, &commit)).await
    }

    /// Imports one commit, or returns why it may not be imported. If what is stable changes
    /// meanwhile, the commit is compared again.
    async fn import(
        &mut self,
        label: &Label,
        read: ReadCommit,
        compared: Compared,
    ) -> Result<Option<Pending>, NotImported> {
        for _ in 0..COMPARISONS {
            match self.import_once(label, read.clone(), compared).await {
                Err(WriteError::Refused(Refused::LabelMoved(_))) => {}
                imported => return Ok(imported?),
            }
        }
        Err(Failed::from("the label it is compared with changes too often").into())
    }

    async fn import_once(
        &mut self,
        label: &Label,
        read: ReadCommit,
        compared: Compared,
    ) -> Result<Option<Pending>, WriteError> {
        let (plan, first, generation) = {
            let state = self.configuration.state();
            let there = state.labels.get(label);
            let first = there.and_then(|label| label.feed.as_ref()).is_none();
            let approved = self.is_approved(label, &read.id);
            let plan = plan_import(there, read.files, compared, approved);
            (plan, first, there.map_or(0, |label| label.generation))
        };
        let found = Found {
            commit: read.id.clone(),
            generation,
        };
        let documents = match plan {
            ImportPlan::Import(documents) => documents,
            ImportPlan::Invalid { path, defect } => {
                let detail = format!("{path}: {defect}");
                return Ok(Some(self.refuse(found, PendingReason::Invalid, detail)));
            }
            ImportPlan::TakesOver { documents } => {
                let detail = format!(
                    "the label has {documents} documents that were written through the API"
                );
                return Ok(Some(self.refuse(found, PendingReason::TakesOver, detail)));
            }
            ImportPlan::Shrinks { removed, of } => {
                let detail = format!("it removes {removed} of {of} documents");
                return Ok(Some(self.refuse(found, PendingReason::Shrank, detail)));
            }
        };
        let written: std::collections::HashSet<_> = documents
            .iter()
            .filter_map(|document| Some(document.content.stored()?.sha256))
            .collect();
        let paths: Vec<Path> = documents.iter().map(|d| d.path.clone()).collect();
        let mut contents = read.contents;
        contents.retain(|(sha256, _)| written.contains(sha256));
        let import = Command::Import(Import {
            source: self.settings.name.clone(),
            label: label.clone(),
            commit: read.id.clone(),
            message: read.message,
            author: read.author,
            documents,
            release: match self.settings.release {
                _ if first => ReleaseBy::Import,
                ReleasePolicy::Auto => ReleaseBy::Import,
                ReleasePolicy::Stage => ReleaseBy::Operator,
                ReleasePolicy::Rollout => ReleaseBy::Rollout,
            },
            compared_at: (compared == Compared::WithStable).then_some(generation),
        });
        let written = self
            .configuration
            .write(self.request(), import, contents)
            .await;
        match written {
            Ok(_) => {}
            Err(WriteError::Refused(Refused::RolloutConflict { path, by })) => {
                let why = format!("rollout {by} holds {path}; it is imported when that has ended");
                let paths = paths.into();
                let reason = PendingReason::Held { by, paths };
                return Ok(Some(self.hold_back(label, found, reason, why)));
            }
            Err(WriteError::Refused(Refused::Frozen(freeze))) => {
                let why = format!("frozen: {freeze}; it is imported when that has ended");
                let reason = PendingReason::Frozen(freeze.id);
                return Ok(Some(self.hold_back(label, found, reason, why)));
            }
            Err(error) => return Err(error),
        }
        self.skipped.insert(label.clone(), read.skipped);
        self.imported.increment(1);
        tracing::info!(%label, commit = %read.id, source = %self.settings.name, "imported");
        Ok(None)
    }

    fn refuse(&self, found: Found, reason: PendingReason, detail: String) -> Pending {
        let Found { commit, generation } = found;
        self.refused.increment(1);
        tracing::warn!(
            source = %self.settings.name, %commit, reason = reason.as_str(), detail,
            "a commit is not imported"
        );
        Pending {
            commit: Some(commit),
            reason,
            detail,
            generation,
        }
    }

    /// Notes that a commit waits for a rollout or a freeze to end.
    fn hold_back(
        &self,
        label: &Label,
        found: Found,
        reason: PendingReason,
        detail: String,
    ) -> Pending {
        let held = Pending {
            commit: Some(found.commit.clone()),
            generation: found.generation,
            detail,
            reason,
        };
        let known = lock(&self.status)
            .labels
            .get(label)
            .is_some_and(|label| label.pending.as_ref() == Some(&held));
        if !known {
            tracing::info!(
                source = %self.settings.name, %label, commit = %found.commit, detail = held.detail,
                "a commit waits"
            );
        }
        held
    }

    /// The commit that was imported last, and whether the next one is compared with what is stable
    /// instead: that is so when readers don't, or may not, get the last one.
    pub(super) fn imported_commit(&self, label: &Label) -> (Option<CommitId>, bool) {
        let state = self.configuration.state();
        let feed = state.labels.get(label).and_then(|l| l.feed.as_ref());
        let Some(feed) = feed.filter(|feed| feed.source == self.settings.name) else {
            return (None, false);
        };
        let is_released = || {
            let newest = state.newest_change(label, &feed.imported);
            // one that is no longer kept was released if it is served
            newest.map_or(feed.served.as_ref() == Some(&feed.imported), |entry| {
                entry.state == ChangeState::Released
            })
        };
        let catches_up = match self.settings.release {
            ReleasePolicy::Auto => !is_released(),
            ReleasePolicy::Stage => false,
            ReleasePolicy::Rollout => true,
        };
        (feed.imported.as_str().parse().ok(), catches_up)
    }

    /// Whether this commit was refused before, and nothing has changed that could let it through.
    fn is_known_refusal(&self, label: &Label, newest: CommitId) -> bool {
        let newest = VersionName::trusted(&newest.to_string());
        let state = self.configuration.state();
        let generation = state.labels.get(label).map_or(0, |label| label.generation);
        let status = lock(&self.status);
        let pending = status
            .labels
            .get(label)
            .and_then(|label| label.pending.as_ref());
        pending.is_some_and(|pending| {
            let is_final = match pending.reason {
                PendingReason::Failed | PendingReason::Held { .. } | PendingReason::Frozen(_) => {
                    false
                }
                PendingReason::Shrank | PendingReason::TakesOver | PendingReason::Invalid => true,
            };
            is_final && pending.is_of(&newest) && pending.generation == generation
        }) && !self.is_approved(label, &newest)
    }

    fn is_approved(&self, label: &Label, commit: &VersionName) -> bool {
        self.approved.contains(&Approval {
            label: label.clone(),
            commit: commit.clone(),
        })
    }
}
