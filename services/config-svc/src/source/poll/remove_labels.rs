//! Removes the labels that a source no longer has.

use std::sync::Arc;

use vortex_git::Repository;

use super::super::{
    Approval, lock,
    status::{LabelStatus, Pending, PendingReason},
};
use super::{Failed, Poller, blocking, find_labels::Found};
use crate::{
    domain::{Command, Freeze, Label, Refused, Removal, VersionName},
    writer::WriteError,
};

/// A label that is fed, and the commit it is at.
pub(super) type Fed = (Label, VersionName);

impl Poller {
    /// The labels that the source feeds.
    pub(super) fn fed_labels(&self) -> Vec<Fed> {
        let state = self.configuration.state();
        let fed = state.labels.iter().filter_map(|(name, label)| {
            let feed = label.feed.as_ref()?;
            let ours = feed.source == self.settings.name;
            ours.then(|| (name.clone(), feed.imported.clone()))
        });
        fed.collect()
    }

    /// Removes the labels that the source no longer has. If that is more than half of them, or the
    /// default label, it looks like a mistake: they stay until an operator approves.
    pub(super) async fn remove_labels(
        &mut self,
        repository: &Arc<Repository>,
        fed: &[Fed],
        found: &Found,
    ) -> Result<(), Failed> {
        let gone = self.deleted(repository, fed, found).await?;
        let too_many = gone.len() * 2 > fed.len();
        for (label, commit) in &gone {
            let is_default = [Label::MAIN, Label::MASTER].contains(&label.as_str());
            let approval = Approval {
                label: label.clone(),
                commit: commit.clone(),
            };
            if (too_many || is_default) && !self.approved.contains(&approval) {
                self.hold(label, commit, gone.len(), fed.len());
            } else {
                self.remove(label, commit).await?;
            }
        }
        Ok(())
    }

    /// The fed labels that are certainly gone from the source. Others that were not found are
    /// pending.
    async fn deleted(
        &self,
        repository: &Arc<Repository>,
        fed: &[Fed],
        found: &Found,
    ) -> Result<Vec<Fed>, Failed> {
        let names = found.names();
        let missing = fed.iter().filter(|(label, _)| !names.contains(label));
        let missing: Vec<Fed> = missing.cloned().collect();
        if let Some(doubt) = found.doubt {
            for (label, _) in &missing {
                self.note_failed(label, None, format!("it is missing, and {doubt}"));
            }
            return Ok(Vec::new());
        }
        let repository = repository.clone();
        let (gone, kept) = blocking(move || {
            let mut parted = (Vec::new(), Vec::new());
            for fed in missing {
                match repository.is_deleted(fed.0.as_str())? {
                    true => parted.0.push(fed),
                    false => parted.1.push(fed),
                }
            }
            Ok::<_, vortex_git::Error>(parted)
        })
        .await?;
        for (label, _) in &kept {
            let why = "its reference moved while it was read, or is a symbolic link, which is \
                       not followed";
            self.note_failed(label, None, why.to_owned());
        }
        Ok(gone)
    }

    /// Notes that a label that is gone stays while a freeze lasts.
    fn hold_frozen(&self, label: &Label, commit: &VersionName, freeze: &Freeze) {
        let pending = Pending {
            commit: Some(commit.clone()),
            reason: PendingReason::Frozen(freeze.id),
            generation: 0,
            detail: format!("the label is gone, and stays while it is frozen: {freeze}"),
        };
        let status = LabelStatus {
            commit: Some(commit.clone()),
            pending: Some(pending),
        };
        self.set_label(label, status);
    }

    fn hold(&self, label: &Label, commit: &VersionName, gone: usize, of: usize) {
        let pending = Pending {
            commit: Some(commit.clone()),
            reason: PendingReason::Shrank,
            generation: 0,
            detail: format!("the label is gone, with {gone} of {of} labels at once"),
        };
        let status = LabelStatus {
            commit: Some(commit.clone()),
            pending: Some(pending),
        };
        self.set_label(label, status);
    }

    async fn remove(&mut self, label: &Label, commit: &VersionName) -> Result<(), Failed> {
        let removal = Command::RemoveLabel(Removal {
            label: label.clone(),
            source: self.settings.name.clone(),
        });
        let removed = self
            .configuration
            .write(self.request(), removal, Vec::new())
            .await;
        match removed {
            Ok(_) => {}
            Err(WriteError::Refused(Refused::Frozen(freeze))) => {
                self.hold_frozen(label, commit, &freeze);
                return Ok(());
            }
            Err(error) => return Err(error.to_string()),
        }
        lock(&self.status).labels.remove(label);
        self.skipped.remove(label);
        tracing::info!(%label, source = %self.settings.name, "label removed");
        Ok(())
    }
}
