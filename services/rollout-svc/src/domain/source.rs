//! How commits of sources are rolled out, and which rollout gives its place to a newer commit.

use std::sync::Arc;

use super::{Motion, Rollout, State, Strategy};

/// How commits of sources with the release policy `rollout` are rolled out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct SourcePolicy {
    /// The strategy of their rollouts.
    pub strategy: Strategy,
    /// Whether a newer commit takes the place of the one that is being rolled out.
    pub supersede: bool,
}

/// A commit of a source that can't be imported before a rollout of its label has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WaitingCommit {
    /// The source.
    pub source: String,
    /// The label.
    pub label: String,
    /// The commit.
    pub commit: String,
    /// The id of the rollout, which may be another service's.
    pub rollout: String,
    /// Whether a freeze would keep the commit from readers after that.
    pub frozen: bool,
}

impl WaitingCommit {
    /// The rollout that gives its place to the commit, of those of its label that have not ended.
    /// None if the commit would still have to wait afterwards: readers would lose what they have
    /// for nothing.
    pub(crate) fn supersedes<'a>(&self, of_label: &'a [Arc<Rollout>]) -> Option<&'a Rollout> {
        let is_ours = |rollout: &Rollout| rollout.spec.source.as_ref() == Some(&self.source);
        if self.frozen || !of_label.iter().all(|rollout| is_ours(rollout)) {
            return None;
        }
        let found = of_label
            .iter()
            .find(|rollout| rollout.id().as_str() == self.rollout)?;
        // what was found may be older than what is known here
        let is_itself = found.spec.change == self.commit;
        (!is_itself && gives_way(found.state())).then_some(found)
    }

    /// Why the rollout ends, for people.
    pub(crate) fn reason(&self) -> String {
        format!("superseded by {}", self.commit)
    }
}

/// Whether a rollout is under way, and not about to be completed.
fn gives_way(state: &State) -> bool {
    match state {
        State::Running(running) => running.motion != Motion::Releasing,
        State::Paused(_) => true,
        State::Created | State::Completed(_) | State::RolledBack(_) => false,
    }
}
