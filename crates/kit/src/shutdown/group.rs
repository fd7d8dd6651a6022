//! [`Group`]: tasks that end together.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Tasks by name, waited for together and dropped together. A clone is a pointer.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    tasks: TaskTracker,
    cut: CancellationToken,
    running: Mutex<BTreeMap<&'static str, usize>>,
}

impl Group {
    /// Runs a task until it ends, or is dropped at an await because the group's time is over.
    pub(super) fn spawn<F>(&self, name: &'static str, task: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let running = Running::begin(self.clone(), name);
        let cut = self.inner.cut.clone();
        self.inner.tasks.spawn(async move {
            let _running = running;
            cut.run_until_cancelled_owned(task).await;
        });
    }

    /// Waits until all tasks have ended; those that have not after `timeout` are dropped, and
    /// given with how many of each name.
    pub(super) async fn end(&self, timeout: Duration) -> BTreeMap<&'static str, usize> {
        self.inner.tasks.close();
        let ended = tokio::time::timeout(timeout, self.inner.tasks.wait()).await;
        let unfinished = match ended {
            Ok(()) => BTreeMap::new(),
            Err(_elapsed) => self.running().clone(),
        };
        self.inner.cut.cancel();
        unfinished
    }

    fn running(&self) -> MutexGuard<'_, BTreeMap<&'static str, usize>> {
        let running = &self.inner.running;
        running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts a task under its name for as long as it lives.
struct Running {
    group: Group,
    name: &'static str,
}

impl Running {
    fn begin(group: Group, name: &'static str) -> Self {
        *group.running().entry(name).or_default() += 1;
        Self { group, name }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if std::thread::panicking() {
            tracing::error!(task = self.name, "task panicked");
        }
        let mut running = self.group.running();
        if let Some(count) = running.get_mut(self.name) {
            *count -= 1;
            if *count == 0 {
                running.remove(self.name);
            }
        }
    }
}
