//! [`Drain`]: signals that the process will end, then that it takes no more work, and ends streams
//! that would otherwise never end.

use std::{
    pin::Pin,
    sync::{
        Arc, LazyLock, OnceLock,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::Duration,
};

use futures::Stream;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::Status;

use crate::error::{Fault, Reason};

/// A token that fires once, when the process begins to drain. Before that it tells that this will
/// come, so that callers are sent elsewhere in time. A clone is a pointer: each request has one,
/// and a clone of a token would take the token's lock.
#[derive(Clone, Debug)]
pub struct Drain(Arc<Tokens>);

#[derive(Debug)]
struct Tokens {
    /// What `announced` says, for whoever asks with each request: the token would take its lock.
    is_announced: AtomicBool,
    announced: CancellationToken,
    begun: CancellationToken,
    /// The time that work has from the drain's begin.
    allowance: OnceLock<Duration>,
}

/// The drain of what belongs to no process.
static NEVER: LazyLock<Drain> = LazyLock::new(Drain::new);

impl Drain {
    pub(super) fn new() -> Self {
        Self(Arc::new(Tokens {
            is_announced: AtomicBool::new(false),
            announced: CancellationToken::new(),
            begun: CancellationToken::new(),
            allowance: OnceLock::new(),
        }))
    }

    /// A drain that never comes.
    pub fn never() -> Self {
        NEVER.clone()
    }

    pub(super) fn announce(&self) {
        self.0.is_announced.store(true, Relaxed);
        self.0.announced.cancel();
    }

    pub(super) fn begin(&self) {
        self.announce();
        self.0.begun.cancel();
    }

    /// Says how long work will have from when the drain begins.
    pub(super) fn allow(&self, time: Duration) {
        self.0.allowance.get_or_init(|| time);
    }

    /// The time that work has from when the drain begins, for what ends a bit at a time; none where
    /// nobody has said it.
    pub fn allowance(&self) -> Option<Duration> {
        self.0.allowance.get().copied()
    }

    /// Whether callers should take their next request elsewhere.
    pub(crate) fn is_announced(&self) -> bool {
        self.0.is_announced.load(Relaxed)
    }

    /// Whether the process is draining.
    pub fn has_begun(&self) -> bool {
        self.0.begun.is_cancelled()
    }

    /// Waits until the process drains. Cancel safe.
    pub async fn begun(&self) {
        self.0.begun.cancelled().await;
    }

    /// The fault for a stream or call that the drain ends.
    pub fn fault() -> Fault {
        Fault::new(Reason::Draining, "the server is shutting down")
    }

    /// Ends `stream` with [`Reason::Draining`] once the process drains.
    pub fn guard<S>(&self, stream: S) -> Guarded<S> {
        Guarded {
            stream: Some(Box::pin(stream)),
            drained: Box::pin(self.drained()),
        }
    }

    pub(crate) fn drained(&self) -> WaitForCancellationFutureOwned {
        self.0.begun.clone().cancelled_owned()
    }

    pub(crate) fn announced(&self) -> WaitForCancellationFutureOwned {
        self.0.announced.clone().cancelled_owned()
    }
}

/// A stream that ends when the process drains; made by [`Drain::guard`].
#[derive(Debug)]
pub struct Guarded<S> {
    stream: Option<Pin<Box<S>>>,
    drained: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl<S, T> Stream for Guarded<S>
where
    S: Stream<Item = Result<T, Status>>,
{
    type Item = Result<T, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(stream) = &mut self.stream else {
            return Poll::Ready(None);
        };
        let item = stream.as_mut().poll_next(cx);
        if matches!(item, Poll::Ready(None)) {
            self.stream = None;
        }
        if item.is_ready() || self.drained.as_mut().poll(cx).is_pending() {
            return item;
        }
        self.stream = None;
        Poll::Ready(Some(Err(Drain::fault().into())))
    }
}

#[cfg(test)]
mod tests {
    use futures::{StreamExt, stream};

    use super::*;

    #[tokio::test]
    async fn a_stream_without_end_ends_with_the_drain_and_says_why() {
        let drain = Drain::new();
        let endless = stream::iter([Ok(1)]).chain(stream::pending());
        let mut guarded = drain.guard(endless);
        assert_eq!(guarded.next().await.unwrap().unwrap(), 1);
        drain.begin();
        let status = guarded.next().await.unwrap().unwrap_err();
        assert_eq!(Fault::from_status(&status).reason(), Reason::Draining);
        assert!(guarded.next().await.is_none());
    }
}
