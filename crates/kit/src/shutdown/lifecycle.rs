//! [`Lifecycle`] owns every task of a process, so that each is joined.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::{Drain, group::Group};
use crate::context::Context;

/// The part of a shutdown's time that work leaves to what it stands on: one in so many.
const BACKGROUND_SHARE: u32 = 5;

/// A task ended before it had a result: by a panic, or with the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} ended before it had a result")]
pub struct Lost(pub &'static str);

/// How a shutdown went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stopped {
    /// Tasks that had not ended by the deadline and were dropped, with how many of each name.
    pub unfinished: BTreeMap<&'static str, usize>,
}

/// The tasks of a process and the order in which they end. A clone is a pointer.
///
/// *Work* is what callers wait for: connections, calls, mutations. It ends by itself once the
/// drain has begun. *Background* tasks are what work stands on, such as a store's writer; they are
/// told to stop after all work has ended or was dropped, and have time of their own for it.
#[derive(Clone, Debug)]
pub struct Lifecycle {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    drain: Drain,
    stop: CancellationToken,
    work: Group,
    background: Group,
}

impl Lifecycle {
    /// A lifecycle with no tasks.
    pub fn new() -> Self {
        Self {
            inner: Arc::new(Inner {
                drain: Drain::new(),
                stop: CancellationToken::new(),
                work: Group::default(),
                background: Group::default(),
            }),
        }
    }

    /// The token that fires when the drain begins.
    pub fn drain(&self) -> &Drain {
        &self.inner.drain
    }

    /// Runs a background task, which is dropped at an await once all work has ended.
    pub fn spawn<F>(&self, name: &'static str, task: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.spawn_stoppable(name, |stop| async move {
            stop.run_until_cancelled_owned(task).await;
        });
    }

    /// Runs a background task that ends by itself soon after its token fires, say after a last
    /// flush.
    pub fn spawn_stoppable<F>(&self, name: &'static str, task: impl FnOnce(CancellationToken) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let task = task(self.inner.stop.clone());
        self.inner.background.spawn(name, task);
    }

    /// Runs work that ends by itself after the drain has begun.
    pub fn spawn_work<F>(&self, name: &'static str, task: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.inner.work.spawn(name, task);
    }

    /// Runs a mutation in a task of its own, so that a caller who goes away, or whose deadline
    /// passes, does not cut it in the middle. The call's context and span go with it.
    ///
    /// # Errors
    /// [`Lost`] when it panicked, or was dropped at the shutdown's deadline.
    pub async fn run_to_completion<F>(&self, name: &'static str, task: F) -> Result<F::Output, Lost>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        let (send, receive) = tokio::sync::oneshot::channel();
        let span = tracing::Span::current();
        let context = Context::current();
        let work = async move {
            let result = match context {
                Some(context) => context.scope(task).await,
                None => task.await,
            };
            // a caller who went away is why this is a task of its own
            let _ = send.send(result);
        };
        self.spawn_work(name, work.instrument(span));
        receive.await.map_err(|_| Lost(name))
    }

    /// Says that the drain will come: callers are told to take their next request elsewhere, and
    /// all that comes is still served.
    pub fn announce_drain(&self) {
        self.inner.drain.announce();
    }

    /// Begins the drain: listeners close, streams end, no new work comes in.
    pub fn begin_drain(&self) {
        self.inner.drain.begin();
    }

    /// Drains, stops the background tasks, and waits for all until `timeout` has passed; what does
    /// not end is dropped and named. Work has four fifths of the time, so that one caller who holds
    /// on does not keep a store from its last flush; what it does not need is the background's.
    pub async fn stop(&self, timeout: Duration) -> Stopped {
        let begun = Instant::now();
        let work = timeout.saturating_sub(timeout / BACKGROUND_SHARE);
        self.inner.drain.allow(work);
        self.begin_drain();
        let mut unfinished = self.inner.work.end(work).await;
        self.inner.stop.cancel();
        let rest = timeout.saturating_sub(begun.elapsed());
        for (name, count) in self.inner.background.end(rest).await {
            *unfinished.entry(name).or_default() += count;
        }
        Stopped { unfinished }
    }
}

impl Default for Lifecycle {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::pending,
        sync::atomic::{AtomicBool, Ordering},
    };

    use tokio::sync::oneshot;

    use super::*;

    const AT_ONCE: Duration = Duration::ZERO;
    const SHORT: Duration = Duration::from_millis(500);
    const LONG: Duration = Duration::from_secs(3600);

    #[tokio::test]
    async fn background_tasks_outlive_the_work_that_stands_on_them() {
        let lifecycle = Lifecycle::new();
        let (ask, asked) = oneshot::channel::<oneshot::Sender<u8>>();
        lifecycle.spawn("writer", async move {
            if let Ok(reply) = asked.await {
                let _ = reply.send(7);
            }
        });
        let drain = lifecycle.drain().clone();
        let served = Arc::new(AtomicBool::new(false));
        let done = served.clone();
        lifecycle.spawn_work("call", async move {
            drain.begun().await;
            let (reply, answer) = oneshot::channel();
            let _ = ask.send(reply);
            done.store(answer.await == Ok(7), Ordering::SeqCst);
        });
        assert_eq!(lifecycle.stop(LONG).await, Stopped::default());
        assert!(served.load(Ordering::SeqCst));
    }

    #[tokio::test]
    async fn what_does_not_end_in_time_is_dropped_and_named() {
        let lifecycle = Lifecycle::new();
        lifecycle.spawn_work("stuck", pending());
        lifecycle.spawn_work("stuck", pending());
        let stopped = lifecycle.stop(AT_ONCE).await;
        assert_eq!(stopped.unfinished, BTreeMap::from([("stuck", 2)]));
    }

    #[tokio::test]
    async fn work_that_holds_on_leaves_the_background_time_to_end_in_order() {
        let lifecycle = Lifecycle::new();
        lifecycle.spawn_work("stuck", pending());
        let flushed = Arc::new(AtomicBool::new(false));
        let done = flushed.clone();
        lifecycle.spawn_stoppable("writer", |stop| async move {
            stop.cancelled().await;
            done.store(true, Ordering::SeqCst);
        });
        let stopped = lifecycle.stop(SHORT).await;
        assert_eq!(stopped.unfinished, BTreeMap::from([("stuck", 1)]));
        assert!(flushed.load(Ordering::SeqCst));
    }

    #[tokio::test]
    async fn a_background_task_that_does_not_end_is_dropped_and_named() {
        let lifecycle = Lifecycle::new();
        lifecycle.spawn_stoppable("writer", |_| pending());
        lifecycle.spawn("poller", pending());
        let stopped = lifecycle.stop(SHORT).await;
        assert_eq!(stopped.unfinished, BTreeMap::from([("writer", 1)]));
    }

    #[tokio::test]
    async fn a_timeout_beyond_all_time_is_a_wait_without_end() {
        let lifecycle = Lifecycle::new();
        lifecycle.spawn("poller", pending());
        assert_eq!(lifecycle.stop(Duration::MAX).await, Stopped::default());
    }

    #[tokio::test]
    async fn a_mutation_goes_on_when_its_caller_goes_away() {
        let lifecycle = Lifecycle::new();
        let (begin, begun) = oneshot::channel::<()>();
        let (finish, finished) = oneshot::channel();
        let caller = lifecycle.run_to_completion("mutation", async move {
            let _ = begun.await;
            let _ = finish.send(());
        });
        assert!(futures::poll!(Box::pin(caller)).is_pending());
        begin.send(()).unwrap();
        finished.await.unwrap();
    }

    #[tokio::test]
    async fn a_mutation_that_panics_is_lost_and_not_waited_for() {
        let lifecycle = Lifecycle::new();
        let result = lifecycle
            .run_to_completion("mutation", async { panic!("broken") })
            .await;
        assert_eq!(result, Err::<(), _>(Lost("mutation")));
        assert_eq!(lifecycle.stop(LONG).await, Stopped::default());
    }
}
