//! [`Lifecycle`] owns every task of a process, so that none outlives it unseen.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::Instrument;

use super::Drain;
use crate::context::Context;

/// What ended a task before it had a result: a panic, or the end of the process.
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
/// told to stop after all work has ended. Whatever is left at the deadline is dropped.
#[derive(Clone, Debug)]
pub struct Lifecycle {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    drain: Drain,
    stop: CancellationToken,
    cut: CancellationToken,
    work: TaskTracker,
    background: TaskTracker,
    running: Mutex<BTreeMap<&'static str, usize>>,
}

impl Lifecycle {
    /// A lifecycle with no tasks.
    pub fn new() -> Self {
        Self {
            inner: Arc::new(Inner {
                drain: Drain::new(),
                stop: CancellationToken::new(),
                cut: CancellationToken::new(),
                work: TaskTracker::new(),
                background: TaskTracker::new(),
                running: Mutex::default(),
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
        let task = self.owned(name, task);
        self.inner.background.spawn(task);
    }

    /// Runs work that ends by itself after the drain has begun.
    pub fn spawn_work<F>(&self, name: &'static str, task: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.inner.work.spawn(self.owned(name, task));
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

    /// Begins the drain: listeners close, streams end, no new work comes in.
    pub fn begin_drain(&self) {
        self.inner.drain.begin();
    }

    /// Drains, stops the background tasks, and waits for all until `timeout` has passed; what is
    /// left then is dropped and named.
    pub async fn stop(&self, timeout: Duration) -> Stopped {
        let deadline = Instant::now() + timeout;
        self.begin_drain();
        self.inner.work.close();
        let worked = tokio::time::timeout_at(deadline, self.inner.work.wait()).await;
        self.inner.stop.cancel();
        self.inner.background.close();
        let rested = tokio::time::timeout_at(deadline, self.inner.background.wait()).await;
        let stopped = Stopped {
            unfinished: match (worked, rested) {
                (Ok(()), Ok(())) => BTreeMap::new(),
                _ => self.running().clone(),
            },
        };
        self.inner.cut.cancel();
        stopped
    }

    fn owned<F>(&self, name: &'static str, task: F) -> impl Future<Output = ()> + Send + 'static
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let running = Running::begin(self.clone(), name);
        let cut = self.inner.cut.clone();
        async move {
            let _running = running;
            cut.run_until_cancelled_owned(task).await;
        }
    }

    fn running(&self) -> std::sync::MutexGuard<'_, BTreeMap<&'static str, usize>> {
        let running = &self.inner.running;
        running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Lifecycle {
    fn default() -> Self {
        Self::new()
    }
}

/// Counts a task under its name for as long as it lives.
struct Running {
    lifecycle: Lifecycle,
    name: &'static str,
}

impl Running {
    fn begin(lifecycle: Lifecycle, name: &'static str) -> Self {
        *lifecycle.running().entry(name).or_default() += 1;
        Self { lifecycle, name }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if std::thread::panicking() {
            tracing::error!(task = self.name, "task panicked");
        }
        let mut running = self.lifecycle.running();
        if let Some(count) = running.get_mut(self.name) {
            *count -= 1;
            if *count == 0 {
                running.remove(self.name);
            }
        }
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
        lifecycle.inner.work.wait().await;
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
