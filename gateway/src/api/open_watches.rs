//! Limits and counts open watches.

use std::{sync::Arc, time::Duration};

use metrics::Gauge;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use vortex_kit::{
    error::{Fault, Reason},
    telemetry::Metrics,
};

const RETRY: Duration = Duration::from_secs(1);

/// The places for open watches. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct OpenWatches {
    room: Arc<Semaphore>,
    size: usize,
    open: Gauge,
}

/// The place of a watch, given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    open: Gauge,
    _permit: OwnedSemaphorePermit,
}

impl OpenWatches {
    /// Places for `size` watches.
    pub(crate) fn new(size: usize, metrics: &Metrics) -> Self {
        Self {
            room: Arc::new(Semaphore::new(size)),
            size,
            open: metrics.gauge("vortex_watches", "Watches that are open", &[]),
        }
    }

    /// Takes a place. Fails with [`Reason::Overloaded`].
    pub(crate) fn admit(&self) -> Result<Place, Fault> {
        let permit = self.room.clone().try_acquire_owned().map_err(|_| {
            let message = format!("all {} watches are in use", self.size);
            Fault::new(Reason::Overloaded, message).retry_after(RETRY)
        })?;
        self.open.increment(1.0);
        Ok(Place {
            open: self.open.clone(),
            _permit: permit,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.open.decrement(1.0);
    }
}
