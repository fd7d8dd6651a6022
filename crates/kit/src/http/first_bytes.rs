//! The clock of a connection's first bytes.
//!
//! hyper's own begins once it knows the protocol, and HTTP/2 has none before its preface is
//! complete, so a caller that sends nothing, or half a preface, would hold a connection for ever.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::Sleep;

/// Length of HTTP/2's preface, by which the protocol is told.
const PREFACE: usize = 24;

/// Runs from the connection's beginning until its first [`PREFACE`] bytes are there.
pub(super) struct FirstBytes {
    bytes: usize,
    clock: Pin<Box<Sleep>>,
}

impl FirstBytes {
    pub(super) fn new(timeout: Duration) -> Self {
        Self {
            bytes: 0,
            clock: Box::pin(tokio::time::sleep(timeout)),
        }
    }

    /// Counts what came; true when that is enough.
    pub(super) fn count(&mut self, bytes: usize) -> bool {
        self.bytes += bytes;
        self.bytes >= PREFACE
    }

    /// What becomes of a read that has to wait.
    pub(super) fn wait(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.clock.as_mut().poll(cx).map(|()| {
            let message = "no request in time";
            Err(io::Error::new(io::ErrorKind::TimedOut, message))
        })
    }
}
