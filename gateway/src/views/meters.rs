//! Counts how reads were answered.

use metrics::Counter;
use vortex_kit::telemetry::Metrics;
use vortex_views::Content;

use super::Unseen;

/// How a read was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// From a view.
    Hit,
    /// By config-svc, as no view was followed, or config-svc does not tell of it now.
    Miss,
    /// By config-svc, as the view is older than what a caller knows.
    Stale,
    /// By config-svc, as no view can say.
    Bypass,
}

impl From<Unseen> for Outcome {
    fn from(unseen: Unseen) -> Self {
        match unseen {
            Unseen::Missed => Self::Miss,
            Unseen::TooOld => Self::Stale,
            Unseen::Bypassed | Unseen::ByReader => Self::Bypass,
        }
    }
}

/// Counts how reads were answered.
#[derive(Debug)]
pub(super) struct Meters {
    config: Operation,
    environment: Operation,
    watch: Operation,
}

#[derive(Debug)]
struct Operation {
    hit: Counter,
    miss: Counter,
    stale: Counter,
    bypass: Counter,
}

impl Meters {
    pub(super) fn new(metrics: &Metrics) -> Self {
        let of = |operation| Operation::new(metrics, operation);
        Self {
            config: of("config"),
            environment: of("environment"),
            watch: of("watch"),
        }
    }

    pub(super) fn read(&self, content: Content, outcome: Outcome) {
        match content {
            Content::Versions | Content::Config => &self.config,
            Content::Environment { .. } => &self.environment,
        }
        .count(outcome);
    }

    pub(super) fn watch(&self, begun: Result<(), Unseen>) {
        self.watch
            .count(begun.err().map_or(Outcome::Hit, Outcome::from));
    }
}

impl Operation {
    fn new(metrics: &Metrics, operation: &str) -> Self {
        let of = |result| {
            let help = "Reads, by whether a view that the gateway follows answered them";
            let labels = [("operation", operation), ("result", result)];
            metrics.counter("cache_operations_total", help, &labels)
        };
        Self {
            hit: of("hit"),
            miss: of("miss"),
            stale: of("stale"),
            bypass: of("bypass"),
        }
    }

    fn count(&self, outcome: Outcome) {
        match outcome {
            Outcome::Hit => &self.hit,
            Outcome::Miss => &self.miss,
            Outcome::Stale => &self.stale,
            Outcome::Bypass => &self.bypass,
        }
        .increment(1);
    }
}
