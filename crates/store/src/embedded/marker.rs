//! The thread that records outside the journal how far the store has come. This tells a journal
//! that lost acknowledged commits from one whose last batch was never complete.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// From one note to the next: a note is at most this old, and the time that it takes.
const PAUSE: Duration = Duration::from_millis(500);

/// Says when there is something to note.
#[derive(Default)]
pub(super) struct Marker {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    due: bool,
    closed: bool,
}

impl Marker {
    /// There is something to note.
    pub(super) fn touch(&self) {
        let mut state = self.lock();
        if !state.due {
            state.due = true;
            drop(state);
            self.wake.notify_one();
        }
    }

    /// Lets [`run`](Marker::run) end.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.wake.notify_one();
    }

    /// Notes whenever there is something to note, with pauses, until it is closed. `note` tells
    /// whether it did; else it is asked again.
    pub(super) fn run(&self, note: impl Fn() -> bool) {
        while self.wait_until_due() {
            if !note() {
                self.touch();
            }
            self.pause();
        }
    }

    fn wait_until_due(&self) -> bool {
        let idle = |state: &mut State| !state.due && !state.closed;
        let mut state = self
            .wake
            .wait_while(self.lock(), idle)
            .unwrap_or_else(PoisonError::into_inner);
        state.due = false;
        !state.closed
    }

    fn pause(&self) {
        let open = |state: &mut State| !state.closed;
        drop(self.wake.wait_timeout_while(self.lock(), PAUSE, open));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing under this lock leaves the state half changed when it panics.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
