//! `http_requests_total`, `http_request_duration_seconds`, spans and the access log.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use http::{Method, StatusCode};
use metrics::{Counter, Histogram};
use tokio::time::Instant;
use vortex_kit::{
    context::Context,
    telemetry::{Did, Metrics, Spans},
};

use super::template::Template;

/// Counts and times requests by route.
#[derive(Debug)]
pub(super) struct Meter {
    metrics: Metrics,
    spans: Spans,
    access_log: bool,
    routes: RwLock<HashMap<Box<str>, Vec<Series>>>,
}

/// The metrics of one method and status on one route.
struct Series {
    method: &'static str,
    status: StatusCode,
    count: Counter,
    duration: Histogram,
}

/// A request under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Began {
    method: &'static str,
    at: Instant,
}

impl Meter {
    /// A meter that registers series with `metrics` as they are needed: one for each route, method
    /// and status, so their number is bounded.
    pub(super) fn new(metrics: Metrics, spans: Spans, access_log: bool) -> Self {
        Self {
            metrics,
            spans,
            access_log,
            routes: RwLock::default(),
        }
    }

    pub(super) fn begin(&self, method: &Method) -> Began {
        Began {
            method: name(method),
            at: Instant::now(),
        }
    }

    /// Counts a request, and tells and logs it if asked to, when its answer begins.
    pub(super) fn end(
        &self,
        began: Began,
        template: &Template,
        status: StatusCode,
        context: &Context,
    ) {
        let elapsed = began.at.elapsed();
        let (method, path) = (began.method, template.as_str());
        self.with_series(method, path, status, |series| {
            series.count.increment(1);
            series.duration.record(elapsed);
        });
        if !is_probed(path) {
            self.spans.tell(context, elapsed, || Did::Rest {
                method,
                route: path.into(),
                status: status.as_u16(),
            });
        }
        if self.access_log {
            tracing::info!(
                method,
                path,
                status = status.as_u16(),
                elapsed_us = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX),
                request_id = %context.request_id(),
                trace_id = %context.trace().trace_id(),
                peer = %context.peer(),
                "request"
            );
        }
    }

    fn with_series(
        &self,
        method: &'static str,
        path: &str,
        status: StatusCode,
        f: impl FnOnce(&Series),
    ) {
        let is_it = |series: &&Series| series.method == method && series.status == status;
        {
            let routes = self.routes.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(series) = routes.get(path).and_then(|all| all.iter().find(is_it)) {
                return f(series);
            }
        }
        let series = Series::register(&self.metrics, method, path, status);
        f(&series);
        let mut routes = self.routes.write().unwrap_or_else(PoisonError::into_inner);
        let all = routes.entry(path.into()).or_default();
        if !all.iter().any(|known| is_it(&known)) {
            all.push(series);
        }
    }
}

impl Series {
    fn register(metrics: &Metrics, method: &'static str, path: &str, status: StatusCode) -> Self {
        let help = "Requests answered, by method, route and status";
        let labels = [
            ("method", method),
            ("path", path),
            ("status", status.as_str()),
        ];
        let count = metrics.counter("http_requests_total", help, &labels);
        let help = "Time from a request's head to the head of its answer";
        let duration = metrics.histogram("http_request_duration_seconds", help, &labels[..2]);
        Self {
            method,
            status,
            count,
            duration,
        }
    }
}

impl std::fmt::Debug for Series {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Series")
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}

/// Routes that are asked every few seconds, and that no request depends on.
fn is_probed(path: &str) -> bool {
    path == "/metrics" || path.starts_with("/health")
}

/// The method as a label. Callers can make up methods, so unknown ones share a label.
fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::PATCH => "PATCH",
        _ => "other",
    }
}
