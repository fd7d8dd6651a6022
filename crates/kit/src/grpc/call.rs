//! One call, from its arrival to its last byte: counted and logged exactly once.

use std::{sync::Arc, time::Duration};

use tokio::{sync::OwnedSemaphorePermit, time::Instant};
use tonic::Code;
use tracing::Span;

use super::route::{self, Route};
use crate::context::Context;

pub(super) struct Call {
    pub(super) route: Arc<Route>,
    pub(super) context: Context,
    pub(super) span: Span,
    place: Option<OwnedSemaphorePermit>,
    started: Instant,
    finished: bool,
}

impl Call {
    pub(super) fn begin(route: Arc<Route>, context: Context) -> Self {
        // log lines have request and trace from the context, so that at the usual level a call
        // need not pay for a span
        let (service, method) = (&*route.service, &*route.method);
        let span = tracing::debug_span!("call", service, method);
        Self {
            route,
            context,
            span,
            place: None,
            started: Instant::now(),
            finished: false,
        }
    }

    /// Keeps the call's place until the call is over.
    pub(super) fn hold(&mut self, place: Option<OwnedSemaphorePermit>) {
        self.place = place;
    }

    pub(super) fn finish(mut self, code: Code) {
        self.conclude(code);
    }

    fn conclude(&mut self, code: Code) {
        self.finished = true;
        let elapsed = self.started.elapsed();
        self.route.observe(code, elapsed);
        self.context.enter(|| self.log(code, elapsed));
    }

    fn log(&self, code: Code, elapsed: Duration) {
        let (service, method) = (&*self.route.service, &*self.route.method);
        let severity = Severity::of(code);
        let (code, peer) = (route::name(code), self.context.peer());
        let elapsed_us = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        match severity {
            Severity::Fault => {
                tracing::error!(service, method, code, %peer, elapsed_us, "call failed");
            }
            Severity::Trouble => {
                tracing::warn!(service, method, code, %peer, elapsed_us, "call failed");
            }
            Severity::Normal => tracing::debug!(service, method, code, %peer, elapsed_us, "call"),
        }
    }
}

/// A caller who goes away drops the call before it is finished.
impl Drop for Call {
    fn drop(&mut self) {
        if !self.finished {
            self.conclude(Code::Cancelled);
        }
    }
}

enum Severity {
    /// Ours to mend.
    Fault,
    /// Ours or a neighbour's, and known.
    Trouble,
    /// All else, a caller's mistakes included.
    Normal,
}

impl Severity {
    fn of(code: Code) -> Self {
        match code {
            Code::Internal | Code::Unknown | Code::DataLoss => Self::Fault,
            Code::Unavailable | Code::DeadlineExceeded => Self::Trouble,
            _ => Self::Normal,
        }
    }
}
