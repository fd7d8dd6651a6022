//! Traces for a collector, of the ids and times that calls hold anyway.
//!
//! A call's server tells of it when it ends: one span, whose parent is the span of who called. They
//! wait in a queue that is bounded, and are sent in batches; what has no room is left out and
//! counted, so that a collector that is away costs calls nothing.

mod exporter;
mod otlp;
mod span;

use std::{fmt, sync::Arc, time::Duration};

use jiff::Timestamp;
use metrics::Counter;
use tokio::sync::mpsc;

pub use exporter::CannotExport;
pub use span::Did;

use crate::{
    clock::Clock, context::Context, settings::TraceSettings, shutdown::Lifecycle,
    telemetry::Metrics,
};
use exporter::Exporter;
use span::{Resource, Share, Span};

/// Spans that may wait to be sent.
const QUEUE: usize = 4_096;

/// A process's traces: what its services tell, and the one task that sends it.
pub(crate) struct Traces {
    share: Share,
    queue: mpsc::Sender<Span>,
    /// Until there is a service whose metrics count what becomes of them.
    idle: Option<Exporter>,
}

impl Traces {
    /// Traces as the settings say, if a collector is named.
    pub(crate) fn new(
        settings: &TraceSettings,
        now: Timestamp,
    ) -> Result<Option<Self>, CannotExport> {
        let Some(endpoint) = &settings.otlp_endpoint else {
            return Ok(None);
        };
        let (queue, waiting) = mpsc::channel(QUEUE);
        Ok(Some(Self {
            share: Share::of(settings.otlp_ratio),
            queue,
            idle: Some(Exporter::new(endpoint, waiting, now)?),
        }))
    }

    /// What one service of the process tells. The first one's metrics count what is sent.
    pub(crate) fn spans(
        &mut self,
        service: &'static str,
        version: &'static str,
        clock: &Arc<dyn Clock>,
        metrics: &Metrics,
        lifecycle: &Lifecycle,
    ) -> Spans {
        if let Some(exporter) = self.idle.take() {
            exporter.start(metrics, lifecycle);
        }
        Spans {
            told: Some(Arc::new(Told {
                resource: Arc::new(Resource { service, version }),
                clock: clock.clone(),
                share: self.share,
                queue: self.queue.clone(),
                left_out: spans_total(metrics, "left_out"),
            })),
        }
    }
}

/// Where a service tells of its calls. A clone is a pointer; without a collector it does nothing.
#[derive(Clone, Default)]
pub struct Spans {
    told: Option<Arc<Told>>,
}

struct Told {
    resource: Arc<Resource>,
    clock: Arc<dyn Clock>,
    share: Share,
    queue: mpsc::Sender<Span>,
    left_out: Counter,
}

impl Spans {
    /// Tells of a call that has just ended after `elapsed`. Never waits: a span for which there is
    /// no room is left out.
    pub fn tell(&self, context: &Context, elapsed: Duration, did: impl FnOnce() -> Did) {
        let Some(told) = &self.told else {
            return;
        };
        if !told.share.has(context.trace()) {
            return;
        }
        let span = Span {
            resource: told.resource.clone(),
            trace: context.trace(),
            request_id: context.request_id().clone(),
            ended: told.clock.now(),
            elapsed,
            did: did(),
        };
        if told.queue.try_send(span).is_err() {
            told.left_out.increment(1);
        }
    }
}

impl fmt::Debug for Spans {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spans")
            .field("sent", &self.told.is_some())
            .finish()
    }
}

impl fmt::Debug for Traces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Traces").finish_non_exhaustive()
    }
}

fn spans_total(metrics: &Metrics, result: &'static str) -> Counter {
    let help = "Spans of calls for the collector of traces, by what became of them";
    metrics.counter("vortex_spans_total", help, &[("result", result)])
}
