//! The parts that wait for one receiver.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::{
    domain::{Name, Part, Queue, QueueBounds},
    meters::DeliveryMeters,
};

/// What may wait for one receiver: some 500,000 instances, or ten minutes of the usual windows.
const BOUNDS: QueueBounds = QueueBounds {
    bytes: 64 << 20,
    windows: 120,
};

/// The parts that wait for one receiver.
pub(crate) struct Outbox {
    queue: Mutex<Queue>,
    meters: DeliveryMeters,
    state: watch::Sender<State>,
}

/// What its sender waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct State {
    /// Counts the parts that were ever pushed.
    pub(super) pushed: u64,
    /// Whether no more will be.
    pub(super) closed: bool,
}

impl Outbox {
    /// An empty one.
    pub(crate) fn new(meters: DeliveryMeters) -> Self {
        let state = State {
            pushed: 0,
            closed: false,
        };
        Self {
            queue: Mutex::new(Queue::new(BOUNDS)),
            meters,
            state: watch::Sender::new(state),
        }
    }

    /// Adds a part, which is newer than all others. The oldest make room for it.
    pub(crate) fn push(&self, part: Part) {
        let mut queue = self.queue();
        self.meters.dropped(queue.push(part));
        self.tell(queue);
        self.state.send_modify(|state| state.pushed += 1);
    }

    /// Says that no more will come.
    pub(crate) fn close(&self) {
        self.state.send_modify(|state| state.closed = true);
    }

    /// The part that is to be sent.
    pub(super) fn front(&self) -> Option<Part> {
        // a copy of a pointer to its bytes
        self.queue().front().cloned()
    }

    /// Removes a part that was taken, or never will be.
    pub(super) fn remove(&self, name: Name) {
        let mut queue = self.queue();
        queue.remove(name);
        self.tell(queue);
    }

    /// How many parts wait.
    pub(super) fn len(&self) -> usize {
        self.queue().len()
    }

    pub(super) fn state(&self) -> watch::Receiver<State> {
        self.state.subscribe()
    }

    pub(super) fn meters(&self) -> &DeliveryMeters {
        &self.meters
    }

    fn tell(&self, queue: MutexGuard<'_, Queue>) {
        self.meters.waiting(queue.len(), queue.bytes());
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
