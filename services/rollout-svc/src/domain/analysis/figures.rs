//! The reported figures of an arm.

use vortex_sketch::Sketch;

/// How many requests were counted, and how many of them failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// All requests.
    pub requests: u64,
    /// Those that failed; never more than all.
    pub errors: u64,
}

impl Tally {
    /// The part that failed, 0 to 1; 0 of none.
    pub fn error_rate(self) -> f64 {
        if self.requests == 0 {
            return 0.0;
        }
        self.errors as f64 / self.requests as f64
    }

    pub(super) fn add(&mut self, other: Self) {
        self.requests = self.requests.saturating_add(other.requests);
        self.errors = self.errors.saturating_add(other.errors);
    }
}

/// What was measured of one arm of an application in some time: a delta.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figures {
    pub(crate) tally: Tally,
    pub(crate) latency: Sketch,
}

/// Figures that can't be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFigures {
    /// More failed than were made.
    #[error("{errors} errors are more than {requests} requests")]
    MoreErrorsThanRequests {
        /// All requests.
        requests: u64,
        /// Those said to have failed.
        errors: u64,
    },
    /// More than a report may count.
    #[error(
        "{requests} requests are more than the {} that one report may count",
        Figures::MAX_REQUESTS
    )]
    TooManyRequests {
        /// All requests.
        requests: u64,
    },
}

impl Figures {
    /// How many requests one report may count.
    pub const MAX_REQUESTS: u64 = 1_000_000_000;

    /// Figures of so many requests, of which so many failed, and the latencies that were measured
    /// of them, which may be none.
    pub fn new(requests: u64, errors: u64, latency: Sketch) -> Result<Self, InvalidFigures> {
        if errors > requests {
            return Err(InvalidFigures::MoreErrorsThanRequests { requests, errors });
        }
        if requests > Self::MAX_REQUESTS {
            return Err(InvalidFigures::TooManyRequests { requests });
        }
        Ok(Self {
            tally: Tally { requests, errors },
            latency,
        })
    }

    /// Requests and errors.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// Latencies.
    pub fn latency(&self) -> &Sketch {
        &self.latency
    }

    pub(super) fn add(&mut self, other: Self) {
        self.tally.add(other.tally);
        self.latency.merge(&other.latency);
    }
}
