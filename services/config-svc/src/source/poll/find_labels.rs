//! Finds the labels that a source has now.

use super::{Failed, Poller, blocking};
use crate::domain::{InvalidName, Label};
use std::{collections::BTreeSet, sync::Arc};
use vortex_git::{CommitId, Doubt, LabelKind, Labels, Repository, UnreadableLabel};

/// The most labels that one source may feed.
const MAX_LABELS: usize = 1000;

/// The labels of a source that readers can ask for.
pub(super) struct Found {
    /// The labels that lead to a commit. The one that is read by default comes first.
    pub(super) readable: Vec<(Label, CommitId)>,
    /// The labels that exist but lead to no commit.
    pub(super) broken: Vec<(Label, UnreadableLabel)>,
    /// Why there may be further labels that could not be listed.
    pub(super) doubt: Option<Doubt>,
}

impl Found {
    /// The names of all these labels.
    pub(super) fn names(&self) -> BTreeSet<&Label> {
        let readable = self.readable.iter().map(|(name, _)| name);
        let broken = self.broken.iter().map(|(name, _)| name);
        readable.chain(broken).collect()
    }
}

impl Poller {
    /// Lists the labels that readers can ask for. Notes those that they can't, and which labels are
    /// tags.
    pub(super) async fn find_labels(
        &mut self,
        repository: &Arc<Repository>,
    ) -> Result<Found, Failed> {
        let repository = repository.clone();
        let (labels, default) = blocking(move || {
            let default = repository.default_label()?.map(|label| label.name);
            Ok::<_, vortex_git::Error>((repository.labels()?, default))
        })
        .await?;
        let count = labels.readable.len() + labels.unreadable.len();
        if count > MAX_LABELS {
            return Err(format!(
                "it has {count} branches and tags, at most {MAX_LABELS} are read"
            ));
        }
        let mut found = self.sort_out(labels);
        found
            .readable
            .sort_by_key(|(name, _)| Some(name.as_str()) != default.as_deref());
        Ok(found)
    }

    fn sort_out(&mut self, labels: Labels) -> Found {
        let of_readable = labels
            .readable
            .iter()
            .map(|label| (&label.name, label.kind));
        let of_broken = labels
            .unreadable
            .iter()
            .map(|label| (&label.name, label.kind));
        let tags = of_readable
            .chain(of_broken)
            .filter(|(_, kind)| *kind == LabelKind::Tag);
        self.tags = tags.map(|(name, _)| name.clone()).collect();
        self.unreachable.clear();
        let mut found = Found {
            readable: Vec::with_capacity(labels.readable.len()),
            broken: Vec::new(),
            doubt: labels.doubt,
        };
        for label in labels.readable {
            if let Some(name) = self.name(&label.name) {
                found.readable.push((name, label.commit));
            }
        }
        for label in labels.unreadable {
            if let Some(name) = self.name(&label.name) {
                found.broken.push((name, label));
            }
        }
        found
    }

    /// The label of this name, if the name is valid.
    fn name(&mut self, name: &str) -> Option<Label> {
        name.parse()
            .map_err(|invalid| {
                let why = InvalidName::to_string(&invalid);
                self.unreachable.push((name.to_owned(), why));
            })
            .ok()
    }
}
