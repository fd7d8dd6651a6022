//! Limits and counts open watches.

use std::{sync::Arc, time::Duration};

use metrics::Gauge;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use vortex_kit::{
    access::{Gate, Watching},
    context::Context,
    error::{Fault, Reason},
    process::Runtime,
};

const RETRY: Duration = Duration::from_secs(1);

/// The places for open watches. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct OpenWatches {
    room: Arc<Semaphore>,
    size: usize,
    open: Gauge,
    gate: Gate,
}

/// The place of a watch, given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    open: Gauge,
    _permit: OwnedSemaphorePermit,
    _of_caller: Option<Watching>,
}

impl OpenWatches {
    /// Places for `size` watches, of which a caller has as many as it may.
    pub(crate) fn new(size: usize, runtime: &Runtime) -> Self {
        Self {
            room: Arc::new(Semaphore::new(size)),
            size,
            open: runtime
                .metrics
                .gauge("vortex_watches", "Watches that are open", &[]),
            gate: runtime.gate.clone(),
        }
    }

    /// Takes a place for what is served by a call that no other caller shares. Fails with
    /// [`Reason::Overloaded`].
    pub(crate) fn admit(&self) -> Result<Place, Fault> {
        self.take(None)
    }

    /// Takes a place for what many may be served by one call, which so does not count for each of
    /// them. Fails with [`Reason::RateLimited`], too, when the caller has all of its own.
    pub(crate) fn admit_shared(&self, context: &Context) -> Result<Place, Fault> {
        self.take(self.gate.watch(context.caller())?)
    }

    fn take(&self, of_caller: Option<Watching>) -> Result<Place, Fault> {
        let permit = self.room.clone().try_acquire_owned().map_err(|_| {
            let message = format!("all {} watches are in use", self.size);
            Fault::new(Reason::Overloaded, message).retry_after(RETRY)
        })?;
        self.open.increment(1.0);
        Ok(Place {
            open: self.open.clone(),
            _permit: permit,
            _of_caller: of_caller,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.open.decrement(1.0);
    }
}
