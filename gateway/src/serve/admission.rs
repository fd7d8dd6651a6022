//! Limits how many requests are handled at once, and how many may be sending their bodies.

use std::time::Duration;

use vortex_kit::{
    error::Fault,
    room::{self, Arrivals, Places, Room},
};

/// One place in eight is kept for requests without a body.
const BODILESS_SHARE: usize = 8;

const RETRY: Duration = Duration::from_secs(1);

/// The places for requests. Clones share them.
#[derive(Clone, Debug)]
pub(super) struct Admission {
    served: Room,
    with_body: Room,
    arrivals: Arrivals,
}

/// A place among the requests being served, given back when dropped.
#[derive(Debug)]
pub(super) struct Place {
    _served: Places,
    _with_body: Option<Places>,
}

/// A place among the bodies that are arriving, with room for the bytes that came.
#[derive(Debug)]
pub(super) struct Arrival {
    admission: Admission,
    arrival: room::Arrival,
}

impl Admission {
    /// Places for `served` requests, and for `arriving` ones whose bodies are incomplete.
    pub(super) fn new(served: usize, arriving: usize) -> Self {
        let with_body = served - served / BODILESS_SHARE;
        Self {
            served: Room::new(served, "requests are under way", RETRY),
            with_body: Room::new(with_body, "requests with a body are under way", RETRY),
            arrivals: Arrivals::new(arriving, RETRY),
        }
    }

    /// Takes a place for a request that is served without its body. Fails with
    /// [`Reason::Overloaded`](vortex_kit::error::Reason::Overloaded), as all of these do.
    pub(super) fn admit(&self) -> Result<Place, Fault> {
        Ok(Place {
            _served: self.served.take(1)?,
            _with_body: None,
        })
    }

    /// Takes a place for a body to arrive. It is not one of those being served.
    pub(super) fn arrive(&self) -> Result<Arrival, Fault> {
        Ok(Arrival {
            arrival: self.arrivals.begin()?,
            admission: self.clone(),
        })
    }
}

impl Arrival {
    /// Takes room for more bytes of the body.
    pub(super) fn grow(&mut self, bytes: usize) -> Result<(), Fault> {
        self.arrival.grow(bytes)
    }

    /// Exchanges this for a place among the requests being served, when the body is complete.
    pub(super) fn admit(self) -> Result<Place, Fault> {
        Ok(Place {
            _with_body: Some(self.admission.with_body.take(1)?),
            _served: self.admission.served.take(1)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use vortex_kit::error::Reason;

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
    fn what_arrives_takes_no_place() {
        let admission = Admission::new(1, 1);
        let arrival = admission.arrive().unwrap();
        assert!(admission.arrive().is_err());
        drop(admission.admit().unwrap());
        assert!(arrival.admit().is_ok());
    }
}
