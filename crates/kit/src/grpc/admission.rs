//! How many calls and streams a server takes at once.

use std::{sync::Arc, time::Duration};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Limits, route::Route};
use crate::error::{Fault, Reason};

/// How long callers that were turned away should wait.
const RETRY_AFTER: Duration = Duration::from_millis(200);

pub(super) struct Admission {
    calls: Arc<Semaphore>,
    streams: Arc<Semaphore>,
}

impl Admission {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            calls: Arc::new(Semaphore::new(limits.calls)),
            streams: Arc::new(Semaphore::new(limits.streams)),
        }
    }

    /// A place for a call, held until its answer is complete. Probes need none, lest a full
    /// server be taken for a dead one.
    pub(super) fn admit(&self, route: &Route) -> Result<Option<OwnedSemaphorePermit>, Fault> {
        if route.infrastructure {
            return Ok(None);
        }
        let places = if route.shape.is_unary() {
            &self.calls
        } else {
            &self.streams
        };
        match places.clone().try_acquire_owned() {
            Ok(permit) => Ok(Some(permit)),
            Err(_full) => Err(Fault::new(
                Reason::Overloaded,
                "the server already handles as many calls as it allows",
            )
            .retry_after(RETRY_AFTER)),
        }
    }
}
