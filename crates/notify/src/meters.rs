//! The metrics of a sink.

use metrics::Counter;
use vortex_kit::telemetry::Metrics;

const DELIVERIES: &str = "vortex_webhook_deliveries_total";
const DELIVERIES_HELP: &str = "Attempts to send events to a sink, and events it never got";

/// What is counted of one sink.
#[derive(Clone)]
pub(crate) struct Meters {
    pub(crate) delivered: Counter,
    pub(crate) failed: Counter,
    pub(crate) refused: Counter,
    pub(crate) lost: Counter,
}

impl Meters {
    pub(crate) fn new(sink: &str, metrics: &Metrics) -> Self {
        let count = |result| {
            let labels = [("sink", sink), ("result", result)];
            metrics.counter(DELIVERIES, DELIVERIES_HELP, &labels)
        };
        Self {
            delivered: count("delivered"),
            failed: count("failed"),
            refused: count("refused"),
            lost: count("lost"),
        }
    }
}
