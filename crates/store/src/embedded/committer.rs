//! The thread that makes commits durable, one group and one sync at a time.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use futures::channel::oneshot;

use super::engine_failure::EngineFailure;
use super::group::Group;
use super::journal;
use super::maintenance::Maintenance;
use super::opening;
use super::queue::{Commit, Work};
use super::room;
use super::shared::Shared;
use crate::{Cause, Error, Result, Revision};

/// From one opening of an engine that stopped to the next.
const REVIVAL_PAUSE: Duration = Duration::from_secs(1);

type Reply = oneshot::Sender<Result<Revision>>;

pub(super) struct Committer {
    shared: Arc<Shared>,
    maintenance: Maintenance,
    marking: Option<JoinHandle<()>>,
    /// The latest durable revision.
    revision: Revision,
    revived: Option<Instant>,
}

/// Why a group was not made durable.
enum Failure {
    /// Nothing happened, and nothing will.
    Refused(Error),
    /// It may be there after a restart.
    Unknown(Cause),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl Committer {
    /// Commits after what is in the folder; `marking` is the thread that notes it.
    pub(super) fn new(
        shared: Arc<Shared>,
        maintenance: Maintenance,
        marking: JoinHandle<()>,
    ) -> Self {
        Self {
            revision: shared.revision(),
            shared,
            maintenance,
            marking: Some(marking),
            revived: None,
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
        if self.shared.is_poisoned() {
            return commits
                .into_iter()
                .for_each(|commit| refuse(commit.reply, Error::Poisoned));
        }
        let mut group = Group::new(self.revision);
        let outcomes = self.apply(&mut group, commits);
        match self.write(&group) {
            Ok(()) => self.publish(group, outcomes),
            Err(Failure::Refused(error)) => outcomes
                .into_iter()
                .for_each(|(reply, _)| refuse(reply, error.clone())),
            Err(Failure::Unknown(source)) => self.poison(source, outcomes),
        }
    }

    fn apply(&self, group: &mut Group, commits: Vec<Commit>) -> Vec<(Reply, Result<Revision>)> {
        let stored = |key: &bytes::Bytes| self.shared.read(|database| database.modified(key));
        let apply = |commit: Commit| (commit.reply, group.apply(commit.transaction, stored));
        commits.into_iter().map(apply).collect()
    }

    fn write(&mut self, group: &Group) -> Result<(), Failure> {
        if group.is_empty() {
            return Ok(());
        }
        self.check(group)?;
        let written = match self.write_once(group) {
            Err(EngineFailure::Stopped) => {
                self.revive()?;
                self.write_once(group)
            }
            written => written,
        };
        match written {
            Ok(()) => self.check_place(),
            Err(EngineFailure::NoRoom(shortage)) => {
                self.undo()?;
                Err(Error::Full(shortage).into())
            }
            Err(EngineFailure::Stopped) => Err(Error::Stopped.into()),
            Err(EngineFailure::Other(source)) => Err(Failure::Unknown(source)),
        }
    }

    /// Checks, before anything is done, that a group can be written and found again.
    fn check(&mut self, group: &Group) -> Result<(), Failure> {
        self.shared.place.check()?;
        if self.shared.is_stopped() {
            self.revive()?;
        }
        let bytes = group.bytes();
        let path = &self.shared.path;
        let room = |database: &_| room::check_group(database, path, bytes);
        Ok(self.shared.read(room)?)
    }

    fn write_once(&self, group: &Group) -> Result<(), EngineFailure> {
        let database = self.shared.database();
        let database = database.map_err(|_| EngineFailure::Stopped)?;
        let observer = self.shared.observer.as_deref();
        if let Some(observer) = observer {
            observer.sync_started(group.transactions());
        }
        let written = database.write(group);
        let written = written.map_err(|error| EngineFailure::of(Cause::new(error)));
        if matches!(written, Ok(()) | Err(EngineFailure::Other(_))) {
            self.shared.counters.synced();
            if let Some(observer) = observer {
                observer.sync_ended(written.is_ok());
            }
        }
        written
    }

    /// Checks that a group that was written is where the next process looks for it.
    fn check_place(&self) -> Result<(), Failure> {
        let checked = self.shared.place.check();
        checked.map_err(|displaced| Failure::Unknown(Cause::new(displaced)))
    }

    /// Opens the engine again that stopped by itself, as its threads do when they find no room:
    /// what was acknowledged is in the journal. Not before there is room, and not at once after
    /// the last time, since what stopped it may do so again.
    fn revive(&mut self) -> Result<(), Failure> {
        if self.revived.is_some_and(|at| at.elapsed() < REVIVAL_PAUSE) {
            return Err(Error::Stopped.into());
        }
        let path = &self.shared.path;
        let has_room = self
            .shared
            .read(|database| room::check_group(database, path, 0));
        if let Err(full @ Error::Full(_)) = has_room {
            return Err(full.into());
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "paces attempts, and decides nothing else"
        )]
        let now = Instant::now();
        self.revived = Some(now);
        self.open_again()
            .map_err(|cause| match EngineFailure::of(cause) {
                EngineFailure::NoRoom(_) | EngineFailure::Stopped => Error::Stopped.into(),
                EngineFailure::Other(cause) => Failure::Unknown(cause),
            })
    }

    /// Takes back what was written of a group that found no room. Where that can't be done, the
    /// group may be there after a restart.
    fn undo(&mut self) -> Result<(), Failure> {
        self.open_again().map_err(Failure::Unknown)
    }

    /// Closes the engine and opens it at what is durable, without anything that came after.
    fn open_again(&self) -> Result<(), Cause> {
        // It holds the engine open.
        self.maintenance.join();
        let mut database = self.shared.exclusive();
        *database = None;
        self.shared.set_stopped(true);
        let engine = super::folder::engine(&self.shared.path);
        let opened = opening::reopen(&engine, self.revision).map_err(Cause::new)?;
        let at_another = || Cause::new(std::io::Error::other("it opened at another revision"));
        *database = Some(opened.ok_or_else(at_another)?);
        self.shared.set_stopped(false);
        Ok(())
    }

    /// Answers a durable group. Conflicts wait for the sync too: what they found may be of it.
    fn publish(&mut self, group: Group, outcomes: Vec<(Reply, Result<Revision>)>) {
        self.revision = group.revision();
        self.shared.advance(self.revision);
        // Before it is answered: what is noted covers what was acknowledged.
        if self.shared.place.has_new_journal() {
            self.shared.note();
        }
        self.shared.marker.touch();
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
        self.shared.poison();
        for (reply, _) in outcomes {
            let _ = reply.send(Err(Error::SyncFailed {
                source: source.clone(),
            }));
        }
    }

    fn reclaim(&mut self, reply: oneshot::Sender<Result<()>>) {
        let outcome = match self.shared.obstacle() {
            Some(obstacle) => Err(obstacle),
            None => self.shared.reclaim(),
        };
        if let Err(Error::MaintenanceFailed { source }) = &outcome
            && let EngineFailure::Other(_) = EngineFailure::of(source.clone())
        {
            // It syncs too, and what a sync failed on is not to be trusted with more.
            self.shared.poison();
        }
        self.shared.note();
        // Without a database nothing can be committed before it is opened again.
        self.shared.set_stopped(self.shared.database().is_err());
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

fn refuse(reply: Reply, error: Error) {
    // A caller that no longer waits need not know.
    let _ = reply.send(Err(error));
}

/// Leaves nobody waiting, and nothing open, when the committer's thread ends.
struct Ending(Committer);

impl Drop for Ending {
    fn drop(&mut self) {
        let Committer {
            shared,
            maintenance,
            marking,
            revision,
            ..
        } = &mut self.0;
        shared.queue.abandon();
        shared.ring.close();
        maintenance.join();
        shared.marker.close();
        // A panic there left a note that asks for less.
        let _ = marking.take().map(JoinHandle::join);
        *shared.exclusive() = None;
        if shared.is_stopped() {
            // What this leaves of a group that was refused is not whole, or is cut off next time.
            let _ = journal::cut_after(&super::folder::engine(&shared.path), *revision);
        }
        shared.note();
        shared.release();
    }
}
