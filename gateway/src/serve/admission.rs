//! Limits how many requests are handled at once, and how many may be sending their bodies.

use std::{sync::Arc, time::Duration};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use vortex_kit::error::{Fault, Reason};

/// One place in eight is kept for requests without a body.
const BODILESS_SHARE: usize = 8;

/// Limit of all incomplete bodies together, in bytes.
const ARRIVING_BYTES: usize = 128 * 1024 * 1024;

const RETRY: Duration = Duration::from_secs(1);

/// The places for requests. Clones share them.
#[derive(Clone, Debug)]
pub(super) struct Admission {
    served: Room,
    with_body: Room,
    arriving: Room,
    bytes: Room,
}

/// Places of one kind.
#[derive(Clone, Debug)]
struct Room {
    places: Arc<Semaphore>,
    size: usize,
    what: &'static str,
}

/// A place among the requests being served, given back when dropped.
#[derive(Debug)]
pub(super) struct Place {
    _served: OwnedSemaphorePermit,
    _with_body: Option<OwnedSemaphorePermit>,
}

/// A place among the bodies that are arriving, with room for the bytes that came.
#[derive(Debug)]
pub(super) struct Arrival {
    admission: Admission,
    _place: OwnedSemaphorePermit,
    bytes: Option<OwnedSemaphorePermit>,
}

impl Admission {
    /// Places for `served` requests, and for `arriving` ones whose bodies are incomplete.
    pub(super) fn new(served: usize, arriving: usize) -> Self {
        let with_body = served - served / BODILESS_SHARE;
        Self {
            served: Room::new(served, "requests are under way"),
            with_body: Room::new(with_body, "requests with a body are under way"),
            arriving: Room::new(arriving, "requests are arriving"),
            bytes: Room::new(ARRIVING_BYTES, "bytes of requests are arriving"),
        }
    }

    /// Takes a place for a request that is served without its body. Fails with
    /// [`Reason::Overloaded`], as all of these do.
    pub(super) fn admit(&self) -> Result<Place, Fault> {
        Ok(Place {
            _served: self.served.take(1)?,
            _with_body: None,
        })
    }

    /// Takes a place for a body to arrive. It is not one of those being served.
    pub(super) fn arrive(&self) -> Result<Arrival, Fault> {
        Ok(Arrival {
            _place: self.arriving.take(1)?,
            bytes: None,
            admission: self.clone(),
        })
    }
}

impl Arrival {
    /// Takes room for more bytes of the body.
    pub(super) fn grow(&mut self, bytes: usize) -> Result<(), Fault> {
        let more = self.admission.bytes.take(bytes)?;
        match &mut self.bytes {
            Some(bytes) => bytes.merge(more),
            none => *none = Some(more),
        }
        Ok(())
    }

    /// Exchanges this for a place among the requests being served, when the body is complete.
    pub(super) fn admit(self) -> Result<Place, Fault> {
        Ok(Place {
            _with_body: Some(self.admission.with_body.take(1)?),
            _served: self.admission.served.take(1)?,
        })
    }
}

impl Room {
    fn new(size: usize, what: &'static str) -> Self {
        Self {
            places: Arc::new(Semaphore::new(size)),
            size,
            what,
        }
    }

    fn take(&self, places: usize) -> Result<OwnedSemaphorePermit, Fault> {
        let places = u32::try_from(places).ok();
        let taken = places.and_then(|places| {
            let all = self.places.clone();
            all.try_acquire_many_owned(places).ok()
        });
        taken.ok_or_else(|| {
            let message = format!("{} {}", self.size, self.what);
            Fault::new(Reason::Overloaded, message).retry_after(RETRY)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_kept_for_requests_without_a_body() {
        let admission = Admission::new(8, 100);
        let admit = || admission.arrive().unwrap().admit();
        let places: Vec<Place> = (0..7).map(|_| admit().unwrap()).collect();
        assert_eq!(admit().unwrap_err().reason(), Reason::Overloaded);
        let last = admission.admit().unwrap();
        assert_eq!(admission.admit().unwrap_err().reason(), Reason::Overloaded);
        drop((places, last));
        assert!(admit().is_ok());
    }

    #[test]
    fn what_arrives_takes_no_place_and_has_a_bound_in_requests_and_bytes() {
        let admission = Admission::new(1, 2);
        let mut first = admission.arrive().unwrap();
        let mut second = admission.arrive().unwrap();
        assert!(admission.arrive().is_err());
        assert!(admission.admit().is_ok());
        first.grow(ARRIVING_BYTES - 1).unwrap();
        second.grow(1).unwrap();
        assert!(second.grow(1).is_err());
        drop(first);
        second.grow(1).unwrap();
        assert!(second.admit().is_ok());
        assert_eq!(admission.bytes.places.available_permits(), ARRIVING_BYTES);
    }
}
