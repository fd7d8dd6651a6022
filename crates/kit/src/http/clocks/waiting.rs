//! A connection's one clock for what its caller has to send.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::time::{Instant, Sleep};

use super::progress::{Progress, Wait};
use crate::http::Limits;

/// Time that a request which has begun to arrive is given once the process drains.
pub(in crate::http) const LAST_CALL: Duration = Duration::from_secs(1);

/// Time for what has come to the system by now to be seen.
const LAST_LOOK: Duration = Duration::from_millis(1);

/// Runs while something is waited for of a connection's caller, by what that is.
pub(in crate::http) struct Waiting {
    progress: Progress,
    limits: Limits,
    /// What is waited for, and since when.
    current: (Wait, usize),
    since: Instant,
    drained: Option<Instant>,
    /// Set up only when there is something to wait for; fires at the end of the wait or before.
    clock: Option<Pin<Box<Sleep>>>,
}

impl Waiting {
    pub(in crate::http) fn new(progress: Progress, limits: Limits) -> Self {
        Self {
            current: progress.now(),
            progress,
            limits,
            since: Instant::now(),
            drained: None,
            clock: None,
        }
    }

    /// From now on nothing new is waited for, and what has begun to arrive not for long.
    pub(in crate::http) fn drain(&mut self) {
        self.drained.get_or_insert_with(Instant::now);
    }

    /// Ready when the caller has had its time. To be asked each time the connection has moved.
    pub(in crate::http) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let current = self.progress.now();
        if current != self.current {
            self.current = current;
            self.since = Instant::now();
        }
        let Some(end) = self.end() else {
            return Poll::Pending;
        };
        loop {
            let clock = self
                .clock
                .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(end)));
            if clock.deadline() > end {
                clock.as_mut().reset(end);
            }
            ready!(clock.as_mut().poll(cx));
            if Instant::now() >= end {
                return Poll::Ready(());
            }
            clock.as_mut().reset(end);
        }
    }

    fn end(&self) -> Option<Instant> {
        let (wait, _) = self.current;
        let limits = &self.limits;
        let allowed = match wait {
            Wait::Head | Wait::GivenUp => Some(limits.head_timeout),
            Wait::Idle => Some(limits.idle_timeout),
            Wait::Rest => Some(limits.discard_timeout),
            Wait::Answer | Wait::Stream => None,
        };
        let end = allowed.map(|allowed| self.since + allowed);
        let Some(drained) = self.drained else {
            return end;
        };
        let left = match wait {
            Wait::Idle => LAST_LOOK,
            Wait::Head | Wait::Rest | Wait::Stream | Wait::GivenUp => LAST_CALL,
            Wait::Answer => return end,
        };
        let last = drained.max(self.since) + left;
        Some(end.map_or(last, |end| end.min(last)))
    }
}
