//! What was measured: requests, errors, latencies.

use vortex_sketch::Sketch;

use super::invalid::{Invalid, Why};

/// Figures of one report, or of many.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Figures {
    /// Requests that ended.
    pub requests: u64,
    /// Those of them that failed.
    pub errors: u64,
    /// Their latencies.
    pub latency: Sketch,
}

impl Figures {
    /// Requests that one report may count, the same as rollout-svc takes of one.
    pub(crate) const MAX_REQUESTS: u64 = 1_000_000_000;

    /// The figures of one report.
    ///
    /// # Errors
    /// There are more errors than requests, or more requests than one report may count.
    pub(crate) fn new(requests: u64, errors: u64, latency: Sketch) -> Result<Self, Invalid> {
        if errors > requests {
            let why = Why::MoreErrorsThanRequests { requests, errors };
            return Err(Invalid::new("errors", why));
        }
        let limit = Self::MAX_REQUESTS;
        if requests > limit {
            let given = requests;
            return Err(Invalid::new(
                "requests",
                Why::TooManyRequests { given, limit },
            ));
        }
        Ok(Self {
            requests,
            errors,
            latency,
        })
    }

    /// Adds others.
    pub(crate) fn merge(&mut self, other: &Self) {
        // 18 billion reports of the most requests fit
        self.requests = self.requests.saturating_add(other.requests);
        self.errors = self.errors.saturating_add(other.errors);
        self.latency.merge(&other.latency);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_errors_than_requests_are_refused() {
        let refused = |requests, errors| {
            let figures = Figures::new(requests, errors, Sketch::default());
            figures.map_err(|invalid| invalid.field)
        };
        assert!(refused(5, 5).is_ok());
        assert_eq!(refused(4, 5), Err("errors".to_owned()));
        assert_eq!(refused(1_000_000_001, 5), Err("requests".to_owned()));
    }
}
