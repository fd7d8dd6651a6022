//! The reported figures of an arm.

use vortex_sketch::Sketch;

/// Requests, and how many of them failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// All requests.
    pub requests: u64,
    /// The requests that failed; never more than all.
    pub errors: u64,
}

impl Tally {
    /// The part that failed, 0 to 1; 0 without requests.
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

/// The measurements of one arm of an application since the last report.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figures {
    pub(crate) tally: Tally,
    pub(crate) latency: Sketch,
}

/// Figures that are not possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFigures {
    /// More requests failed than were made.
    #[error("{errors} errors are more than {requests} requests")]
    MoreErrorsThanRequests {
        /// All requests.
        requests: u64,
        /// The requests that failed.
        errors: u64,
    },
    /// More requests than a report may count.
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
    /// The number of requests that one report may count.
    pub const MAX_REQUESTS: u64 = 1_000_000_000;

    /// The figures of `requests`, of which `errors` failed, with the latencies that were measured,
    /// which may be none.
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
