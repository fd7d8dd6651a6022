//! How a sink stands, for those that look at it from outside its task.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::position::Position;

/// How far a sink has come, and what it is being told.
#[derive(Debug)]
pub(crate) struct Progress(Mutex<Now>);

#[derive(Debug)]
struct Now {
    position: Position,
    /// When the event happened that waits to be taken.
    waiting: Option<Timestamp>,
}

impl Progress {
    pub(crate) fn new(position: Position) -> Self {
        let waiting = None;
        Self(Mutex::new(Now { position, waiting }))
    }

    pub(crate) fn position(&self) -> Position {
        self.now().position.clone()
    }

    pub(crate) fn reach(&self, position: Position) {
        self.now().position = position;
    }

    /// The event that waits to be taken happened then.
    pub(crate) fn wait(&self, at: Timestamp) {
        self.now().waiting = Some(at);
    }

    /// Nothing waits.
    pub(crate) fn rest(&self) {
        self.now().waiting = None;
    }

    /// Seconds since the event happened that waits; 0 where none does.
    pub(crate) fn lag(&self, now: Timestamp) -> f64 {
        let waiting = self.now().waiting;
        waiting.map_or(0.0, |at| now.duration_since(at).as_secs_f64().max(0.0))
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
