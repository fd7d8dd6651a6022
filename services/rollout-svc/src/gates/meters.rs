//! What becomes of questions, as metrics.

use metrics::Counter;
use vortex_kit::telemetry::Metrics;

const QUERIES: &str = "vortex_rollout_queries_total";
const WEBHOOKS: &str = "vortex_rollout_webhooks_total";

/// Counts what a provider answers.
pub(super) struct Queries {
    /// A value.
    pub value: Counter,
    /// No value.
    pub none: Counter,
    /// A query that it refuses, or whose answer is not one value.
    pub refused: Counter,
    /// Nothing.
    pub away: Counter,
}

/// Counts what webhooks answer.
pub(super) struct Webhooks {
    pub passes: Counter,
    pub fails: Counter,
    pub waits: Counter,
    /// An answer that is none, or a place that is not allowed.
    pub refused: Counter,
    /// Nothing.
    pub away: Counter,
}

impl Queries {
    pub(super) fn new(provider: &str, metrics: &Metrics) -> Self {
        let help = "Queries to a provider, by what became of them";
        let counter = |result: &'static str| {
            let labels = &[("provider", provider), ("result", result)];
            metrics.counter(QUERIES, help, labels)
        };
        Self {
            value: counter("value"),
            none: counter("no_value"),
            refused: counter("refused"),
            away: counter("away"),
        }
    }
}

impl Webhooks {
    pub(super) fn new(metrics: &Metrics) -> Self {
        let help = "Questions to webhooks, by what became of them";
        let counter = |result: &'static str| metrics.counter(WEBHOOKS, help, &[("result", result)]);
        Self {
            passes: counter("pass"),
            fails: counter("fail"),
            waits: counter("wait"),
            refused: counter("refused"),
            away: counter("away"),
        }
    }
}
