//! A method as the server sees it: its shape and its metrics.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use metrics::{Counter, Histogram};
use tonic::Code;

use super::{Method, Rule, repeats::Repeats};
use crate::{
    access::{Bench, Counted, Gate, Role},
    telemetry::{Metrics, Spans},
};

const HANDLED: &str = "vortex_grpc_server_handled_total";
const HANDLED_HELP: &str = "gRPC calls answered, by code; streams count when they end";
const HANDLING: &str = "vortex_grpc_server_handling_seconds";
const HANDLING_HELP: &str = "Time until a gRPC call's answer was complete; streams until they end";

const HEALTH: &str = "grpc.health.v1.Health";

/// As many as `tonic::Code` has.
const CODES: usize = 17;

pub(super) struct Route {
    pub(super) service: Arc<str>,
    pub(super) method: Arc<str>,
    /// Both, with a slash between them.
    pub(super) name: Arc<str>,
    pub(super) shape: Method,
    /// Health and reflection: answered even when the server is full.
    pub(super) infrastructure: bool,
    /// Health: answered to anybody, as probes have no credentials.
    pub(super) open: bool,
    /// Its message is read before it takes a place. Not for what is answered without one: probes,
    /// and methods that this server lacks, whose callers may have a stream in mind.
    pub(super) gathers: bool,
    /// What it needs of its caller; none for what anybody may ask.
    pub(super) rule: Option<Arc<Rule>>,
    /// Where that is judged; nowhere while nobody has to say who they are.
    pub(super) bench: Option<Arc<Bench>>,
    pub(super) repeats: Repeats,
    /// Where its calls are told; nowhere for infrastructure, which is asked every few seconds.
    pub(super) spans: Spans,
    metrics: Metrics,
    handled: [OnceLock<Counter>; CODES],
    handling: Histogram,
}

impl Route {
    /// A route whose series show at zero, for code `OK`; those of other codes appear with their
    /// first call.
    pub(super) fn new(
        service: &str,
        method: &str,
        shape: Method,
        rule: Option<Arc<Rule>>,
        metrics: &Metrics,
        gate: &Gate,
    ) -> Self {
        let labels = [("service", service), ("method", method)];
        let handling = metrics.histogram(HANDLING, HANDLING_HELP, &labels);
        let infrastructure = service.starts_with("grpc.");
        let name: Arc<str> = format!("{service}/{method}").into();
        let bench = rule
            .as_ref()
            .and_then(|rule| Bench::new(gate, name.clone(), rule.role()));
        let route = Self {
            service: service.into(),
            method: method.into(),
            name,
            bench,
            gathers: shape.is_unary() && !infrastructure,
            shape,
            infrastructure,
            open: service == HEALTH,
            rule,
            repeats: Repeats::default(),
            spans: Spans::default(),
            metrics: metrics.clone(),
            handled: [const { OnceLock::new() }; CODES],
            handling,
        };
        route.handled(Code::Ok);
        route
    }

    /// This route, whose calls are told there.
    pub(super) fn told_to(mut self, spans: &Spans) -> Self {
        if !self.infrastructure {
            self.spans = spans.clone();
        }
        self
    }

    /// The route of all methods that this server lacks.
    pub(super) fn unknown(metrics: &Metrics, gate: &Gate) -> Self {
        Self {
            gathers: false,
            ..Self::new("unknown", "unknown", Method::default(), None, metrics, gate)
        }
    }

    /// What its calls count as.
    pub(super) fn counted(&self) -> Counted {
        counted(self.shape, self.rule.as_deref())
    }

    pub(super) fn observe(&self, code: Code, elapsed: Duration) {
        self.handled(code).increment(1);
        self.handling.record(elapsed);
    }

    fn handled(&self, code: Code) -> &Counter {
        let register = || {
            let labels = [
                ("service", &*self.service),
                ("method", &*self.method),
                ("code", name(code)),
            ];
            self.metrics.counter(HANDLED, HANDLED_HELP, &labels)
        };
        self.handled[code as usize].get_or_init(register)
    }
}

/// What calls of a method count as.
pub(super) fn counted(shape: Method, rule: Option<&Rule>) -> Counted {
    match (shape.is_unary(), rule.map(Rule::role)) {
        (false, _) => Counted::Watch,
        (true, Some(Role::Agent)) => Counted::Report,
        (true, _) if shape.read_only => Counted::Read,
        (true, _) => Counted::Write,
    }
}

/// A code as the field's dashboards write it.
pub(super) fn name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
