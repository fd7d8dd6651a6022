//! One call, from its arrival to its last byte: counted and logged exactly once.

use std::{sync::Arc, time::Duration};

use http::HeaderMap;
use tokio::time::Instant;
use tonic::Code;
use tracing::Span;

use super::{
    ending::{self, Ending},
    receipt::{Arrival, Receipt},
    route::{self, Route},
};
use crate::{
    access::Watching,
    context::Context,
    error::{Fault, Reason},
    room::Places,
    telemetry::Did,
};

pub(super) struct Call {
    pub(super) route: Arc<Route>,
    pub(super) context: Context,
    pub(super) span: Span,
    /// None for a caller in this process, whose messages are our own.
    receipt: Option<Receipt>,
    place: Option<Places>,
    watching: Option<Watching>,
    started: Instant,
    finished: bool,
}

impl Call {
    pub(super) fn begin(route: Arc<Route>, context: Context, over_a_network: bool) -> Self {
        // log lines have request and trace from the context, so that at the usual level a call
        // need not pay for a span
        let (service, method) = (&*route.service, &*route.method);
        let span = tracing::debug_span!("call", service, method);
        Self {
            route,
            context,
            span,
            receipt: over_a_network.then(Receipt::default),
            place: None,
            watching: None,
            started: Instant::now(),
            finished: false,
        }
    }

    /// The receipt of its message, which comes over a network.
    pub(super) fn receipt(&self) -> Option<&Receipt> {
        self.receipt.as_ref()
    }

    /// Keeps the call's place until the call is over.
    pub(super) fn hold(&mut self, place: Option<Places>) {
        self.place = place;
    }

    /// Counts as its caller's watch until the call is over.
    pub(super) fn watch(&mut self, watching: Option<Watching>) {
        self.watching = watching;
    }

    /// The fault for a message that could not be read, if an answer's headers say so.
    pub(super) fn unreadable(&self, headers: &HeaderMap) -> Option<Fault> {
        let arrival = self.receipt.as_ref()?.arrival();
        if self.route.shape.client_streaming || arrival == Arrival::Whole {
            return None;
        }
        let bare = ending::bare(headers)?;
        match (arrival, bare.code()) {
            (Arrival::Broken, _) => Some(broken_off()),
            (_, Code::Internal) => Some(Fault::invalid("request", bare.message())),
            _ => None,
        }
    }

    pub(super) fn finish(mut self, ending: Ending) {
        self.conclude(ending);
    }

    fn conclude(&mut self, ending: Ending) {
        self.finished = true;
        let elapsed = self.started.elapsed();
        self.route.observe(ending.code, elapsed);
        self.route.spans.tell(&self.context, elapsed, || Did::Grpc {
            service: self.route.service.clone(),
            method: self.route.method.clone(),
            code: ending.code,
            reason: ending.why(),
        });
        self.context.enter(|| self.log(ending, elapsed));
    }

    fn log(&self, ending: Ending, elapsed: Duration) {
        let (service, method) = (&*self.route.service, &*self.route.method);
        let (code, reason) = (route::name(ending.code), ending.why());
        let peer = self.context.peer();
        let elapsed_us = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        match Severity::of(&ending) {
            Severity::Fault => {
                tracing::error!(service, method, code, reason, %peer, elapsed_us, "call failed");
            }
            Severity::Trouble => {
                let due = self.route.repeats.due(ending.reason, Instant::now());
                if let Some(left_out) = due {
                    tracing::warn!(service, method, code, reason, %peer, elapsed_us, left_out, "call failed");
                }
            }
            Severity::Normal => {
                tracing::debug!(service, method, code, reason, %peer, elapsed_us, "call");
            }
        }
    }
}

/// Nobody may be left to hear it.
fn broken_off() -> Fault {
    Fault::new(Reason::Cancelled, "the request broke off before its end")
}

/// A caller who goes away drops the call before it is finished.
impl Drop for Call {
    fn drop(&mut self) {
        if !self.finished {
            self.conclude(Ending::because(Reason::Cancelled));
        }
    }
}

enum Severity {
    /// Ours to fix.
    Fault,
    /// Ours or a neighbour's, and known; callers who try again would fill the log.
    Trouble,
    /// All else, a caller's mistakes included.
    Normal,
}

impl Severity {
    fn of(ending: &Ending) -> Self {
        match ending.code {
            // a stream is told to move elsewhere, as a process ends in order
            Code::Unavailable if ending.reason == Some(Reason::Draining) => Self::Normal,
            Code::Internal | Code::Unknown | Code::DataLoss => Self::Fault,
            Code::Unavailable | Code::DeadlineExceeded => Self::Trouble,
            _ => Self::Normal,
        }
    }
}
