//! The thread that makes commits durable, one group and one sync at a time.

use std::sync::Arc;

use futures::channel::oneshot;

use super::folder::Folder;
use super::group::Group;
use super::maintenance::Maintenance;
use super::queue::{Commit, Work};
use super::shared::Shared;
use crate::{Cause, Error, Result, Revision};

type Reply = oneshot::Sender<Result<Revision>>;

pub(super) struct Committer {
    shared: Arc<Shared>,
    maintenance: Maintenance,
    folder: Folder,
    /// The latest durable revision.
    revision: Revision,
    poisoned: bool,
}

impl Committer {
    /// Commits after what is in `folder`, which it holds until it ends.
    pub(super) fn new(shared: Arc<Shared>, maintenance: Maintenance, folder: Folder) -> Self {
        Self {
            revision: shared.revision(),
            shared,
            maintenance,
            folder,
            poisoned: false,
        }
    }

    /// Works until the queue is closed and empty, then closes the database, lets go of the
    /// folder, and drops `stop`, in this order, even when it panics.
    pub(super) fn run(self, stop: oneshot::Sender<()>) {
        let _stop = stop;
        let mut ending = Ending(self);
        let committer = &mut ending.0;
        while let Some(work) = committer.shared.queue.next() {
            match work {
                Work::Commit(commits) => committer.commit(commits),
                Work::Reclaim(reply) => committer.reclaim(reply),
            }
        }
    }

    fn commit(&mut self, commits: Vec<Commit>) {
        if self.poisoned {
            return refuse(commits);
        }
        let mut group = Group::new(self.revision);
        let outcomes = self.apply(&mut group, commits);
        match self.write(&group) {
            Ok(()) => self.publish(group, outcomes),
            Err(source) => self.poison(source, outcomes),
        }
    }

    fn apply(&self, group: &mut Group, commits: Vec<Commit>) -> Vec<(Reply, Result<Revision>)> {
        let stored = |key: &bytes::Bytes| self.shared.read(|database| database.modified(key));
        let apply = |commit: Commit| (commit.reply, group.apply(commit.transaction, stored));
        commits.into_iter().map(apply).collect()
    }

    fn write(&self, group: &Group) -> Result<(), Cause> {
        if group.is_empty() {
            return Ok(());
        }
        let database = self.shared.database().map_err(Cause::new)?;
        let observer = self.shared.observer.as_deref();
        if let Some(observer) = observer {
            observer.sync_started(group.transactions());
        }
        let written = database.write(group);
        if let Some(observer) = observer {
            observer.sync_ended(written.is_ok());
        }
        self.shared.counters.synced();
        written.map_err(Cause::new)
    }

    /// Answers a durable group. Conflicts wait for the sync too: what they found may be of it.
    fn publish(&mut self, group: Group, outcomes: Vec<(Reply, Result<Revision>)>) {
        self.revision = group.revision();
        // Before it is answered: what is noted covers what was acknowledged.
        self.folder.note_new_journal(self.revision);
        self.shared.advance(self.revision);
        if !group.is_empty() {
            self.shared.ring.publish(group.into_changes());
        }
        for (reply, outcome) in outcomes {
            self.count(&outcome);
            // A caller that no longer waits has its commit all the same.
            let _ = reply.send(outcome);
        }
    }

    fn poison(&mut self, source: Cause, outcomes: Vec<(Reply, Result<Revision>)>) {
        self.poisoned = true;
        for (reply, _) in outcomes {
            let _ = reply.send(Err(Error::SyncFailed {
                source: source.clone(),
            }));
        }
    }

    fn reclaim(&mut self, reply: oneshot::Sender<Result<()>>) {
        let outcome = if self.poisoned {
            Err(Error::Poisoned)
        } else {
            self.shared.reclaim()
        };
        self.folder.note(self.revision);
        // Without a database nothing can be committed any more.
        self.poisoned |= self.shared.database().is_err();
        let _ = reply.send(outcome);
    }

    fn count(&self, outcome: &Result<Revision>) {
        match outcome {
            Ok(_) => self.shared.counters.committed(),
            Err(Error::Conflict { .. }) => self.shared.counters.conflicted(),
            Err(_) => {}
        }
    }
}

fn refuse(commits: Vec<Commit>) {
    for commit in commits {
        let _ = commit.reply.send(Err(Error::Poisoned));
    }
}

/// Leaves nobody waiting, and nothing open, when the committer's thread ends.
struct Ending(Committer);

impl Drop for Ending {
    fn drop(&mut self) {
        let Committer {
            shared,
            maintenance,
            folder,
            revision,
            ..
        } = &mut self.0;
        shared.queue.abandon();
        shared.ring.close();
        maintenance.join();
        *shared.exclusive() = None;
        folder.note(*revision);
    }
}
