//! Bounds on what a process takes at once: places that are taken or refused, never waited for.

use std::{sync::Arc, time::Duration};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Fault, Reason};

/// Bytes of bodies that have not arrived whole, all together.
pub const ARRIVING_BYTES: usize = 128 * 1024 * 1024;

/// Places of one kind. A clone is a pointer.
#[derive(Clone, Debug)]
pub struct Room {
    places: Arc<Semaphore>,
    size: usize,
    what: &'static str,
    retry: Duration,
}

/// Places that were taken, given back when they are dropped.
pub type Places = OwnedSemaphorePermit;

impl Room {
    /// `size` places. Whoever finds none is told `what` they are taken by, and to come back after
    /// `retry`.
    #[must_use]
    pub fn new(size: usize, what: &'static str, retry: Duration) -> Self {
        Self {
            places: Arc::new(Semaphore::new(size)),
            size,
            what,
            retry,
        }
    }

    /// Takes places.
    ///
    /// # Errors
    /// [`Reason::Overloaded`] while fewer are free.
    pub fn take(&self, places: usize) -> Result<Places, Fault> {
        let places = u32::try_from(places).ok();
        let taken = places.and_then(|places| {
            let all = self.places.clone();
            all.try_acquire_many_owned(places).ok()
        });
        taken.ok_or_else(|| {
            let message = format!("{} {}", self.size, self.what);
            Fault::new(Reason::Overloaded, message).retry_after(self.retry)
        })
    }

    /// How many places are free.
    #[must_use]
    pub fn free(&self) -> usize {
        self.places.available_permits()
    }
}

/// Room for bodies that arrive, in number and in bytes. A clone is a few pointers.
///
/// A request whose body is still to come may take as long as its deadline; were it to hold a place
/// among those that are served, callers who dribble would keep out everybody else.
#[derive(Clone, Debug)]
pub struct Arrivals {
    bodies: Room,
    bytes: Room,
}

/// A body's place among those that arrive, with what has come of it.
#[derive(Debug)]
pub struct Arrival {
    _body: Places,
    held: Option<Places>,
    bytes: Room,
}

impl Arrivals {
    /// Room for so many bodies, of [`ARRIVING_BYTES`] together.
    #[must_use]
    pub fn new(bodies: usize, retry: Duration) -> Self {
        Self {
            bodies: Room::new(bodies, "requests are arriving", retry),
            bytes: Room::new(ARRIVING_BYTES, "bytes of requests are arriving", retry),
        }
    }

    /// A place for a body of which nothing has come.
    ///
    /// # Errors
    /// [`Reason::Overloaded`] while there is none.
    pub fn begin(&self) -> Result<Arrival, Fault> {
        Ok(Arrival {
            _body: self.bodies.take(1)?,
            held: None,
            bytes: self.bytes.clone(),
        })
    }
}

impl Arrival {
    /// More of the body came.
    ///
    /// # Errors
    /// [`Reason::Overloaded`] while so many bytes are there of all bodies that no more are taken.
    pub fn grow(&mut self, bytes: usize) -> Result<(), Fault> {
        let more = self.bytes.take(bytes)?;
        match &mut self.held {
            Some(held) => held.merge(more),
            none => *none = Some(more),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_arrives_has_a_bound_in_requests_and_bytes() {
        let arrivals = Arrivals::new(2, Duration::from_secs(1));
        let mut first = arrivals.begin().unwrap();
        let mut second = arrivals.begin().unwrap();
        let refused = arrivals.begin().unwrap_err();
        assert_eq!(refused.message(), "2 requests are arriving");
        assert_eq!(refused.retry_delay(), Some(Duration::from_secs(1)));
        first.grow(ARRIVING_BYTES - 1).unwrap();
        second.grow(1).unwrap();
        assert_eq!(second.grow(1).unwrap_err().reason(), Reason::Overloaded);
        drop(first);
        second.grow(1).unwrap();
        drop(second);
        assert_eq!(arrivals.bytes.free(), ARRIVING_BYTES);
    }
}
