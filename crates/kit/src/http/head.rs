//! The clocks of HTTP/1's heads: a short one for a head that has begun to arrive, a long one for a
//! connection that is kept for a next request.
//!
//! hyper has one timeout for both, from the end of an answer to the end of the next head. It takes
//! its time from a [`Timer`], though, so the timer knows when a head is waited for, and the stream
//! when something came. Half a head that came together with the request before it counts as
//! nothing: such a connection ends with the long clock.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time,
};

use hyper::rt::{Sleep, Timer};
use tokio::time::Instant;

use super::Limits;

/// What came over a connection while a head was waited for. A clone is a pointer.
#[derive(Clone, Default)]
pub(super) struct Heard(Arc<Flags>);

#[derive(Default)]
struct Flags {
    something: AtomicBool,
    answered: AtomicBool,
}

impl Heard {
    /// Bytes came.
    pub(super) fn bytes(&self) {
        self.0.something.store(true, Relaxed);
    }

    /// Bytes went: from now on the connection is one that is kept.
    pub(super) fn answer(&self) {
        self.0.answered.store(true, Relaxed);
    }

    /// Begins to wait for a head; true when none has to come.
    fn listen(&self) -> bool {
        self.0.something.store(false, Relaxed);
        self.0.answered.load(Relaxed)
    }

    fn something(&self) -> bool {
        self.0.something.load(Relaxed)
    }
}

/// A connection's timer, which hyper asks for nothing but the wait for a head.
pub(super) struct HeadTimer {
    heard: Heard,
    limits: Limits,
}

impl HeadTimer {
    pub(super) fn new(heard: Heard, limits: Limits) -> Self {
        Self { heard, limits }
    }
}

impl Timer for HeadTimer {
    fn sleep(&self, _: time::Duration) -> Pin<Box<dyn Sleep>> {
        let idle = self.heard.listen();
        let timeout = if idle {
            self.limits.idle_timeout
        } else {
            self.limits.head_timeout
        };
        Box::pin(Wait {
            heard: self.heard.clone(),
            idle,
            head_timeout: self.limits.head_timeout,
            end: Instant::now() + timeout,
            clock: None,
        })
    }

    fn sleep_until(&self, _: time::Instant) -> Pin<Box<dyn Sleep>> {
        self.sleep(self.limits.head_timeout)
    }
}

/// One wait for a head, which begins again once bytes of it have come.
struct Wait {
    heard: Heard,
    idle: bool,
    head_timeout: time::Duration,
    end: Instant,
    /// Set up only when there is something to wait for, which there is not under load.
    clock: Option<Pin<Box<tokio::time::Sleep>>>,
}

impl Future for Wait {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        if this.idle && this.heard.something() {
            this.idle = false;
            this.end = Instant::now() + this.head_timeout;
            this.clock = None;
        }
        let clock = || Box::pin(tokio::time::sleep_until(this.end));
        this.clock.get_or_insert_with(clock).as_mut().poll(cx)
    }
}

impl Sleep for Wait {}
