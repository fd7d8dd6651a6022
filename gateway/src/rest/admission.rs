//! Limits how many requests are handled at once.

use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use vortex_kit::error::{Fault, Reason};

const RETRY: Duration = Duration::from_secs(1);

/// Room for requests under way.
#[derive(Debug)]
pub(super) struct Admission {
    room: Semaphore,
    size: usize,
}

impl Admission {
    /// Room for `size` requests.
    pub(super) fn new(size: usize) -> Self {
        Self {
            room: Semaphore::new(size),
            size,
        }
    }

    /// A place, given back when it is dropped. Fails with [`Reason::Overloaded`].
    pub(super) fn admit(&self) -> Result<SemaphorePermit<'_>, Fault> {
        self.room.try_acquire().map_err(|_| {
            let message = format!("{} requests are under way", self.size);
            Fault::new(Reason::Overloaded, message).retry_after(RETRY)
        })
    }
}
