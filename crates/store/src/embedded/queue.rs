//! The commits that wait for the committer: first in, first out, bounded.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use futures::channel::oneshot;

use crate::{Error, Result, Revision, Transaction};

/// Transactions that may wait.
const MAX_WAITING: usize = 4_096;
/// Bytes that may wait, in keys and values.
const MAX_WAITING_BYTES: usize = 16 << 20;
/// Transactions in one group.
const MAX_GROUP: usize = 1_024;
/// Bytes after which a group takes no more; it goes over by one transaction at most.
const MAX_GROUP_BYTES: usize = 4 << 20;

/// A transaction and where its answer goes.
pub(super) struct Commit {
    pub(super) transaction: Transaction,
    pub(super) reply: oneshot::Sender<Result<Revision>>,
}

/// What the committer does next.
pub(super) enum Work {
    /// Commits to be made durable together, in order.
    Commit(Vec<Commit>),
    /// Dead space to be given back, with no commit under way.
    Reclaim(oneshot::Sender<Result<()>>),
}

#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    ready: Condvar,
}

#[derive(Default)]
struct State {
    commits: VecDeque<Commit>,
    bytes: usize,
    reclaim: Option<oneshot::Sender<Result<()>>>,
    closed: bool,
    idle: bool,
}

impl Queue {
    /// Takes a commit in; its place is that of the call.
    pub(super) fn push(&self, commit: Commit) -> Result<()> {
        let mut state = self.lock();
        if state.closed {
            return Err(Error::Closed);
        }
        let bytes = commit.transaction.size();
        let full = state.commits.len() >= MAX_WAITING || state.bytes + bytes > MAX_WAITING_BYTES;
        if full {
            return Err(Error::Overloaded);
        }
        state.bytes += bytes;
        state.commits.push_back(commit);
        self.wake(state);
        Ok(())
    }

    /// Asks for a reclaim; one that is asked for already is superseded.
    pub(super) fn reclaim(&self, reply: oneshot::Sender<Result<()>>) -> Result<()> {
        let mut state = self.lock();
        if state.closed {
            return Err(Error::Closed);
        }
        state.reclaim = Some(reply);
        self.wake(state);
        Ok(())
    }

    /// Takes no more in. What waits is still handed out.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        self.wake(state);
    }

    /// Waits for work, and answers nothing once the queue is closed and empty.
    pub(super) fn next(&self) -> Option<Work> {
        let mut state = self.lock();
        loop {
            if let Some(reply) = state.reclaim.take() {
                return Some(Work::Reclaim(reply));
            }
            if !state.commits.is_empty() {
                return Some(Work::Commit(state.take_group()));
            }
            if state.closed {
                return None;
            }
            state.idle = true;
            state = self
                .ready
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
            state.idle = false;
        }
    }

    /// Commits that wait.
    pub(super) fn len(&self) -> usize {
        self.lock().commits.len()
    }

    /// Drops all that waits, and takes no more in.
    pub(super) fn abandon(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.commits.clear();
        state.reclaim = None;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing under this lock leaves the state half changed when it panics.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self, state: MutexGuard<'_, State>) {
        let idle = state.idle;
        drop(state);
        if idle {
            self.ready.notify_one();
        }
    }
}

impl State {
    fn take_group(&mut self) -> Vec<Commit> {
        let mut group = Vec::with_capacity(self.commits.len().min(MAX_GROUP));
        let mut bytes = 0;
        while group.len() < MAX_GROUP && bytes < MAX_GROUP_BYTES {
            let Some(commit) = self.commits.pop_front() else {
                break;
            };
            bytes += commit.transaction.size();
            group.push(commit);
        }
        self.bytes -= bytes;
        group
    }
}
