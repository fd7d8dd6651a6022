//! How many watches are open.

use std::{sync::Arc, time::Duration};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use vortex_kit::error::{Fault, Reason};

const RETRY: Duration = Duration::from_secs(1);

/// Room for watches: a stream costs little, but never nothing.
#[derive(Clone, Debug)]
pub(crate) struct Watches {
    room: Arc<Semaphore>,
    size: usize,
}

impl Watches {
    /// Room for `size` watches.
    pub(crate) fn new(size: usize) -> Self {
        Self {
            room: Arc::new(Semaphore::new(size)),
            size,
        }
    }

    /// A place, given back when it is dropped. Fails with [`Reason::Overloaded`].
    pub(crate) fn admit(&self) -> Result<OwnedSemaphorePermit, Fault> {
        self.room.clone().try_acquire_owned().map_err(|_| {
            let message = format!("all {} watches are taken", self.size);
            Fault::new(Reason::Overloaded, message).retry_after(RETRY)
        })
    }
}
