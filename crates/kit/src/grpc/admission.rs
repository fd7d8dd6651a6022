//! Limits the calls and streams that a server serves at once, and the calls that are still arriving.

use std::time::Duration;

use super::{Limits, route::Route};
use crate::{
    error::Fault,
    room::{Arrivals, Places, Room},
};

/// How long callers that were turned away should wait.
const RETRY_AFTER: Duration = Duration::from_millis(200);

pub(super) struct Admission {
    calls: Room,
    streams: Room,
    pub(super) arrivals: Arrivals,
}

impl Admission {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            calls: Room::new(limits.calls, "calls are under way", RETRY_AFTER),
            streams: Room::new(limits.streams, "streams are open", RETRY_AFTER),
            arrivals: Arrivals::new(limits.http.connections, RETRY_AFTER),
        }
    }

    /// A place for a call, held until its answer is complete. Probes need none, lest a full
    /// server be taken for a dead one.
    pub(super) fn admit(&self, route: &Route) -> Result<Option<Places>, Fault> {
        if route.infrastructure {
            return Ok(None);
        }
        let room = if route.shape.is_unary() {
            &self.calls
        } else {
            &self.streams
        };
        room.take(1).map(Some)
    }
}
