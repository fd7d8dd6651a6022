//! A call as a collector of traces sees it.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tonic::Code;

use crate::context::{RequestId, Trace};

/// Who tells.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Resource {
    pub(super) service: &'static str,
    pub(super) version: &'static str,
}

/// One call that a server has answered.
#[derive(Debug)]
pub(super) struct Span {
    pub(super) resource: Arc<Resource>,
    pub(super) trace: Trace,
    pub(super) request_id: RequestId,
    pub(super) ended: Timestamp,
    pub(super) elapsed: Duration,
    pub(super) did: Did,
}

/// What was called, and how it ended.
#[derive(Clone, Debug)]
pub enum Did {
    /// A gRPC method.
    Grpc {
        /// Its service.
        service: Arc<str>,
        /// Its name.
        method: Arc<str>,
        /// How the call ended.
        code: Code,
        /// Why it failed, if it did.
        reason: &'static str,
    },
    /// A route of REST.
    Rest {
        /// The method.
        method: &'static str,
        /// The route's template, without what callers put in.
        route: Box<str>,
        /// The answer's status.
        status: u16,
    },
}

/// The part of all traces that is sent, decided by their ids.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share(u64);

impl Share {
    /// A part from 0 to 1.
    pub(super) fn of(ratio: f64) -> Self {
        // saturates at both ends
        Self((ratio * (1_u64 << 56) as f64) as u64)
    }

    /// Whether a trace is of it. One that its caller does not sample never is.
    pub(super) fn has(self, trace: Trace) -> bool {
        trace.is_sampled() && trace.chance() < self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_sent_at_one_and_nothing_at_zero() {
        for _ in 0..1_000 {
            let trace = Trace::root();
            assert!(Share::of(1.0).has(trace));
            assert!(!Share::of(0.0).has(trace));
        }
    }

    #[test]
    fn all_spans_of_a_trace_are_sent_or_none() {
        let share = Share::of(0.5);
        for _ in 0..1_000 {
            let trace = Trace::root();
            assert_eq!(share.has(trace), share.has(trace.child().child()));
        }
    }
}
