//! [`Compute`]: work that takes too long for the threads that answer requests.
//!
//! Parsing, merging, comparing or writing something large would keep every request of its thread
//! waiting, health probes included. Such work runs here instead, on threads of its own: a few
//! computations at once, a queue short enough that those in it are answered in time, and only for
//! as long as somebody waits for the result.

mod waiting;

use std::{sync::Arc, time::Duration};

use metrics::Counter;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub use waiting::Waiting;

use crate::{
    context::Context,
    error::{Fault, Reason},
    telemetry::Metrics,
};
use waiting::Caller;

/// Callers that wait for each place at most. A computation takes some tenths of a second at most,
/// so that more would wait beyond their deadlines.
const WAITING_FOR_EACH: usize = 64;
/// How long callers that were turned away should wait.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Why a computation has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// As many wait as may.
    #[error("as many computations wait as may")]
    Full,
    /// The deadline passed.
    #[error("the computation did not end in time")]
    TooLate,
}

impl From<Refused> for Fault {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Full => {
                Self::new(Reason::Overloaded, refused.to_string()).retry_after(RETRY_AFTER)
            }
            Refused::TooLate => Self::new(Reason::DeadlineExceeded, refused.to_string()),
        }
    }
}

/// The places for computations of a process. A clone is a few pointers.
#[derive(Clone, Debug)]
pub struct Compute {
    places: Arc<Places>,
    refused: Counter,
    is_patient: bool,
}

#[derive(Debug)]
struct Places {
    running: Arc<Semaphore>,
    /// Those that run and those that wait.
    taken: Arc<Semaphore>,
}

impl Compute {
    /// As many places as there are processors but one, which is left to those who answer.
    pub fn new() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let places = processors.saturating_sub(1).max(1);
        Self::with(places, WAITING_FOR_EACH * places)
    }

    /// `places` at once, for each of which others wait, `waiting` in all.
    pub fn with(places: usize, waiting: usize) -> Self {
        Self {
            places: Arc::new(Places {
                running: Arc::new(Semaphore::new(places)),
                taken: Arc::new(Semaphore::new(places + waiting)),
            }),
            refused: Counter::noop(),
            is_patient: false,
        }
    }

    /// The same places, for a service whose metrics say what it was refused.
    #[must_use]
    pub fn measured_by(&self, metrics: &Metrics) -> Self {
        let help = "Computations that were refused since too many waited";
        Self {
            places: self.places.clone(),
            refused: metrics.counter("vortex_computations_refused_total", help, &[]),
            is_patient: self.is_patient,
        }
    }

    /// The same places, for callers whose number is bounded by other means and who had better
    /// wait than come back, as watches: they are not refused.
    #[must_use]
    pub fn patient(&self) -> Self {
        Self {
            is_patient: true,
            ..self.clone()
        }
    }

    /// Computes on a thread of its own. It begins when a place is free, and is told by its
    /// [`Waiting`] to end when the caller's deadline passes or this is dropped.
    ///
    /// Not to be called by a computation, which could wait for itself.
    ///
    /// # Errors
    /// When too many wait, or the deadline of the current [`Context`] passes.
    ///
    /// # Panics
    /// When the computation does.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Waiting) -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let queued = match self.places.taken.clone().try_acquire_owned() {
            Ok(queued) => Some(queued),
            Err(_full) if self.is_patient => None,
            Err(_full) => {
                self.refused.increment(1);
                return Err(Refused::Full);
            }
        };
        self.run_queued(queued, work).await
    }

    /// Computes right here what is not large, and else as [`Compute::run`] does.
    ///
    /// # Errors
    /// As those of [`Compute::run`].
    ///
    /// # Panics
    /// When the computation does.
    pub async fn run_if_large<T: Send + 'static>(
        &self,
        is_large: bool,
        work: impl FnOnce(&Waiting) -> T + Send + 'static,
    ) -> Result<T, Refused> {
        match is_large {
            true => self.run(work).await,
            false => Ok(work(&Waiting::endless())),
        }
    }

    /// Computes on this thread, which is one of tokio's for blocking work, once a place is free.
    ///
    /// # Panics
    /// Outside of a runtime, and on a thread that answers requests.
    pub fn run_here<T>(&self, work: impl FnOnce() -> T) -> T {
        let place = self.places.running.acquire();
        // a semaphore that nobody closes always gives a place in the end
        let _place = tokio::runtime::Handle::current().block_on(place).ok();
        work()
    }

    async fn run_queued<T: Send + 'static>(
        &self,
        queued: Option<OwnedSemaphorePermit>,
        work: impl FnOnce(&Waiting) -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let deadline = Context::current().and_then(|context| context.deadline());
        let caller = Caller::new(deadline);
        let place = caller.in_time(self.places.running.clone().acquire_owned());
        let place = place.await?.ok();
        let waiting = caller.waiting();
        let span = tracing::Span::current();
        let running = tokio::task::spawn_blocking(move || {
            // both are given back when the work is over, also when its caller is gone
            let _held = (queued, place);
            span.in_scope(|| work(&waiting))
        });
        match caller.in_time(running).await? {
            // the work may have ended by itself at the deadline, before its caller noticed
            Ok(_) if caller.waiting().gave_up() => Err(Refused::TooLate),
            Ok(result) => Ok(result),
            Err(lost) => match lost.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // the process is at its end
                Err(_cancelled) => Err(Refused::TooLate),
            },
        }
    }
}

impl Default for Compute {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
