//! The metrics of the service.

use std::sync::Arc;

use metrics::Counter;
use vortex_kit::telemetry::Metrics;

use crate::domain::{
    Action, WindowTaken,
    analysis::{Finding, Judged, Verdict},
};

const TRANSITIONS: &str = "vortex_rollout_transitions_total";
const VERDICTS: &str = "vortex_rollout_verdicts_total";
const WINDOW_FIGURES: &str = "vortex_rollout_window_figures_total";

/// The gates' names.
const GATES: [&str; 5] = ["errors", "latency", "instances", "query", "webhook"];
/// The verdicts' names.
const NAMES: [&str; 4] = ["pass", "no_data", "inconclusive", "fail"];

/// What becomes of the figures in windows.
const RESULTS: [&str; 5] = ["counted", "repeated", "outdated", "unknown", "unjudged"];

/// The counters of the service. Clones are cheap.
#[derive(Clone)]
pub(crate) struct Meters {
    inner: Arc<Inner>,
}

struct Inner {
    transitions: Vec<Counter>,
    verdicts: [[Counter; 4]; 5],
    windows: [Counter; 5],
}

impl Meters {
    /// Registers the counters in `metrics`.
    pub(crate) fn new(metrics: &Metrics) -> Self {
        let transition = |action: Action| {
            let help = "Transitions of rollouts, by action";
            metrics.counter(TRANSITIONS, help, &[("action", action.name())])
        };
        let verdict = |gate, verdict| {
            let help = "Slices judged, by gate and verdict";
            metrics.counter(VERDICTS, help, &[("gate", gate), ("verdict", verdict)])
        };
        let windowed = |result| {
            let help = "Figures in windows of heartbeat-ingest, by what became of them";
            metrics.counter(WINDOW_FIGURES, help, &[("result", result)])
        };
        let inner = Inner {
            transitions: Action::ALL.map(transition).into(),
            verdicts: GATES.map(|gate| NAMES.map(|name| verdict(gate, name))),
            windows: RESULTS.map(windowed),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Counts a transition.
    pub(crate) fn transition(&self, action: Action) {
        self.inner.transitions[action as usize].increment(1);
    }

    /// Counts the figures in a part of a window.
    pub(crate) fn window(&self, taken: &WindowTaken) {
        let WindowTaken {
            counted,
            repeated,
            outdated,
            unknown,
            unjudged,
            closed: _,
        } = *taken;
        let counts = [counted, repeated, outdated, unknown, unjudged];
        for (counter, figures) in self.inner.windows.iter().zip(counts) {
            counter.increment(figures.into());
        }
    }

    /// Counts the verdicts of the gates on a slice.
    pub(crate) fn verdicts(&self, judged: &Judged) {
        for finding in &judged.findings {
            let gate = match finding {
                Finding::Errors(_) => 0,
                Finding::Latency(_) => 1,
                Finding::Instances(_) => 2,
                Finding::Query(_) => 3,
                Finding::Webhook(_) => 4,
            };
            let verdict = match finding.verdict() {
                Verdict::Pass => 0,
                Verdict::NoData => 1,
                Verdict::Inconclusive => 2,
                Verdict::Fail => 3,
            };
            self.inner.verdicts[gate][verdict].increment(1);
        }
    }
}
