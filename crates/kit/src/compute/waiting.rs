//! Tells a computation whether anybody still waits for it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::time::Instant;

use super::Refused;

/// Says to a computation whether anybody still waits for it.
#[derive(Clone, Debug)]
pub struct Waiting {
    gone: Arc<AtomicBool>,
    deadline: Option<Instant>,
}

impl Waiting {
    /// A caller that waits as long as it takes.
    pub(super) fn endless() -> Self {
        Self {
            gone: Arc::default(),
            deadline: None,
        }
    }

    /// Whether whoever asked is gone, or their deadline has passed: what is computed is for
    /// nobody, and had better end.
    pub fn gave_up(&self) -> bool {
        self.gone.load(Ordering::Relaxed)
            || self
                .deadline
                .is_some_and(|deadline| Instant::now() >= deadline)
    }
}

/// Whoever waits. Tells so when it is dropped.
pub(super) struct Caller(Waiting);

impl Caller {
    pub(super) fn new(deadline: Option<Instant>) -> Self {
        Self(Waiting {
            deadline,
            ..Waiting::endless()
        })
    }

    pub(super) fn waiting(&self) -> Waiting {
        self.0.clone()
    }

    /// Waits for `future` until the deadline.
    pub(super) async fn in_time<F: Future>(&self, future: F) -> Result<F::Output, Refused> {
        match self.0.deadline {
            Some(deadline) => tokio::time::timeout_at(deadline, future)
                .await
                .map_err(|_elapsed| Refused::TooLate),
            None => Ok(future.await),
        }
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        self.0.gone.store(true, Ordering::Relaxed);
    }
}
