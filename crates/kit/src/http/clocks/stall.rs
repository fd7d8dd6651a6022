//! The clock of a caller that does not read.
//!
//! Without it the answers would stay in memory, and those of a stream of events for good: all that
//! the system says is that it takes no more bytes.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use metrics::Counter;
use tokio::time::{Instant, Sleep};

use crate::telemetry::Metrics;

/// Runs while there is something to write and nothing is taken; each byte taken stops it.
pub(in crate::http) struct Stall {
    timeout: Duration,
    cut: Counter,
    clock: Option<Pin<Box<Sleep>>>,
    running: bool,
}

/// The counter of connections and streams that were cut so.
pub(in crate::http) fn counter(metrics: &Metrics) -> Counter {
    let help = "Connections and HTTP/2 streams cut because the caller took nothing for too long";
    metrics.counter("vortex_slow_readers_total", help, &[])
}

impl Stall {
    pub(in crate::http) fn new(timeout: Duration, cut: Counter) -> Self {
        Self {
            timeout,
            cut,
            clock: None,
            running: false,
        }
    }

    /// Something was taken.
    pub(in crate::http) fn stop(&mut self) {
        self.running = false;
    }

    /// There is something to be taken; ready, and counted, when it is not for too long.
    pub(in crate::http) fn run(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let timeout = self.timeout;
        let clock = self
            .clock
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(timeout)));
        if !self.running {
            self.running = true;
            clock.as_mut().reset(Instant::now() + timeout);
        }
        ready!(clock.as_mut().poll(cx));
        self.cut.increment(1);
        Poll::Ready(())
    }
}
