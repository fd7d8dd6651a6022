//! Recent changes, kept in memory for watches. It is bounded: a watch that is too slow is ended.

use std::collections::{HashMap, VecDeque};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use futures::stream::Stream;

use crate::{Change, Error, Event, Result, Revision};

/// How much a ring keeps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Capacity {
    pub(crate) changes: usize,
    pub(crate) bytes: usize,
}

pub(crate) struct Ring {
    capacity: Capacity,
    state: Mutex<State>,
}

struct State {
    changes: VecDeque<Arc<Change>>,
    bytes: usize,
    /// Every change after this revision is kept.
    oldest: Revision,
    closed: bool,
    waiting: HashMap<u64, Waker>,
    next_id: u64,
}

impl Ring {
    /// An empty ring of a store that stands at `revision`.
    pub(crate) fn new(capacity: Capacity, revision: Revision) -> Self {
        let state = State {
            changes: VecDeque::new(),
            bytes: 0,
            oldest: revision,
            closed: false,
            waiting: HashMap::new(),
            next_id: 0,
        };
        Self {
            capacity,
            state: Mutex::new(state),
        }
    }

    /// Adds durable changes, in order, and wakes the watches.
    pub(crate) fn publish(&self, changes: Vec<Change>) {
        let mut state = self.lock();
        for change in changes {
            state.bytes += size(&change);
            state.changes.push_back(Arc::new(change));
        }
        state.shrink(self.capacity);
        state.wake();
    }

    /// Ends all watches once they have had what is kept.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.wake();
    }

    /// The changes under `prefix` after `after`.
    pub(crate) fn subscribe(
        self: &Arc<Self>,
        prefix: Bytes,
        after: Revision,
    ) -> Result<Subscription> {
        let mut state = self.lock();
        state.check(after)?;
        let id = state.next_id;
        state.next_id += 1;
        let ring = Arc::clone(self);
        Ok(Subscription {
            ring,
            id,
            prefix,
            after,
            ended: false,
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing under this lock leaves the state half changed when it panics.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn shrink(&mut self, capacity: Capacity) {
        while self.changes.len() > capacity.changes || self.bytes > capacity.bytes {
            let Some(gone) = self.changes.pop_front() else {
                return;
            };
            self.bytes -= size(&gone);
            self.oldest = gone.revision;
        }
    }

    fn wake(&mut self) {
        self.waiting.drain().for_each(|(_, waker)| waker.wake());
    }

    fn check(&self, after: Revision) -> Result<()> {
        if self.closed {
            return Err(Error::Closed);
        }
        if after < self.oldest {
            return Err(Error::Compacted {
                oldest: self.oldest,
            });
        }
        Ok(())
    }

    /// The first change after `after`.
    fn next(&self, after: Revision) -> Option<Arc<Change>> {
        let index = self
            .changes
            .partition_point(|change| change.revision <= after);
        self.changes.get(index).cloned()
    }
}

/// One watch's place in the ring.
pub(crate) struct Subscription {
    ring: Arc<Ring>,
    id: u64,
    prefix: Bytes,
    after: Revision,
    ended: bool,
}

impl Subscription {
    /// The next change that is kept, whatever its keys; pending when there is none yet.
    fn poll_change(&self, context: &mut Context<'_>) -> Poll<Result<Arc<Change>>> {
        let mut state = self.ring.lock();
        if self.after < state.oldest {
            return Poll::Ready(Err(Error::Compacted {
                oldest: state.oldest,
            }));
        }
        if let Some(change) = state.next(self.after) {
            return Poll::Ready(Ok(change));
        }
        if state.closed {
            return Poll::Ready(Err(Error::Closed));
        }
        state.waiting.insert(self.id, context.waker().clone());
        Poll::Pending
    }

    fn matching(&self, change: &Change) -> Vec<Event> {
        let matches = |event: &&Event| event.key().starts_with(&self.prefix);
        change.events.iter().filter(matches).cloned().collect()
    }
}

impl Stream for Subscription {
    type Item = Result<Change>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        while !self.ended {
            let change = match std::task::ready!(self.poll_change(context)) {
                Ok(change) => change,
                Err(error) => {
                    self.ended = true;
                    return Poll::Ready(Some(Err(error)));
                }
            };
            self.after = change.revision;
            let events = self.matching(&change);
            if !events.is_empty() {
                return Poll::Ready(Some(Ok(Change {
                    revision: change.revision,
                    events,
                })));
            }
        }
        Poll::Ready(None)
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.ring.lock().waiting.remove(&self.id);
    }
}

/// The weight of a change: its bytes and roughly what it takes to hold them.
fn size(change: &Change) -> usize {
    const OVERHEAD: usize = 128;
    change
        .events
        .iter()
        .map(|event| event.size() + OVERHEAD)
        .sum()
}
