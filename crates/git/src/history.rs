//! The commits between two states of a branch.

use crate::{Commit, CommitId, Error, Repository, Result};

/// How a branch got from one commit to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum History {
    /// By these commits, oldest first, each the first parent of the next; none when both are the
    /// same. A merge counts as the one commit that it is on its branch.
    Linear(Vec<Commit>),
    /// Not by adding commits: a force-push, the branch going back, or a merge that left the old
    /// state off the first-parent line. The difference has to be taken as a whole.
    Rewritten,
    /// By more commits than asked for, or not at all: the walk stopped at the limit.
    TooLong,
}

impl Repository {
    /// The commits after `from` up to and with `to` along first parents, `limit` of them at most.
    ///
    /// `from` need not exist any more, which is the usual case after a force-push.
    pub fn history(&self, from: CommitId, to: CommitId, limit: usize) -> Result<History> {
        let store = self.store();
        let shallow = self.shallow(&store)?;
        let mut commits = Vec::new();
        let mut next = to;
        while next != from {
            if commits.len() == limit {
                return Ok(History::TooLong);
            }
            let commit = self.read_commit(&store, next, &shallow)?;
            let commit = commit.ok_or_else(|| self.absent(&store, Error::CommitMissing(next)))?;
            let parent = commit.parents.first().copied();
            commits.push(commit);
            match parent {
                Some(parent) => next = parent,
                None => return Ok(History::Rewritten),
            }
        }
        commits.reverse();
        Ok(History::Linear(commits))
    }
}
