//! Tells a connection that the process will end.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use tokio_util::sync::WaitForCancellationFutureOwned;

use super::clocks::Progress;
use crate::shutdown::Drain;

/// A connection's view of the end of the process.
pub(super) struct End {
    progress: Progress,
    coming: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
    drain: Drain,
    announced: bool,
    left: bool,
    /// Nothing new is taken any more.
    pub(super) drained: bool,
}

impl End {
    pub(super) fn new(progress: Progress, drain: &Drain) -> Self {
        Self {
            progress,
            coming: Some(Box::pin(drain.announced())),
            drain: drain.clone(),
            announced: false,
            left: false,
            drained: false,
        }
    }

    /// Takes note, and wakes the connection when there is news.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) {
        while let Some(coming) = &mut self.coming
            && let Poll::Ready(()) = coming.as_mut().poll(cx)
        {
            self.drained = self.announced;
            self.announced = true;
            self.coming = (!self.drained).then(|| Box::pin(self.drain.drained()));
        }
    }

    /// Whether now is the time to say GOAWAY: once, and to a caller who has asked for something
    /// already, since one that has just connected would only connect again. HTTP/1 is told by the
    /// answers.
    pub(super) fn takes_leave(&mut self) -> bool {
        let now = self.progress.is_http2()
            && !self.left
            && (self.drained || self.announced && self.progress.has_begun());
        self.left |= now;
        now
    }
}
