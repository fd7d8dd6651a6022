//! Measures the store's commits.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use metrics::{Counter, Histogram};
use vortex_kit::{
    clock::{Clock, System},
    telemetry::Metrics,
};

use crate::Observer;

/// Measures how long the store takes to make a group of commits durable.
pub struct CommitObserver {
    clock: System,
    started: Mutex<Option<Duration>>,
    duration: Histogram,
    failures: Counter,
}

impl CommitObserver {
    /// An observer that counts into `metrics`.
    pub fn new(metrics: &Metrics) -> Self {
        Self {
            clock: System::new(),
            started: Mutex::new(None),
            duration: metrics.histogram(
                "vortex_store_commit_duration_seconds",
                "Time to make a group of commits durable",
                &[],
            ),
            failures: metrics.counter(
                "vortex_store_sync_failures_total",
                "Syncs that failed, after which nothing is written until a restart",
                &[],
            ),
        }
    }

    fn started(&self) -> std::sync::MutexGuard<'_, Option<Duration>> {
        self.started.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for CommitObserver {
    fn sync_started(&self, _: usize) {
        *self.started() = Some(self.clock.monotonic());
    }

    fn sync_ended(&self, durable: bool) {
        if let Some(started) = self.started().take() {
            let took = self.clock.monotonic().saturating_sub(started);
            self.duration.record(took.as_secs_f64());
        }
        if !durable {
            self.failures.increment(1);
        }
    }
}
