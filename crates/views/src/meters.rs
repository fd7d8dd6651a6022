//! Metrics of the views that a process follows.

use metrics::Counter;
use vortex_kit::telemetry::{Metrics, Sample};

use crate::Views;

/// The states that config-svc sent.
#[derive(Clone, Debug)]
pub(crate) struct Meters {
    changes: Counter,
    faults: Counter,
}

impl Meters {
    /// Registers the counters in `metrics`.
    pub(crate) fn new(metrics: &Metrics) -> Self {
        let told = |result| {
            let help = "States of views that config-svc sent, the first of each included, by what \
                        became of them";
            metrics.counter("vortex_views_changes_total", help, &[("result", result)])
        };
        Self {
            changes: told("served"),
            faults: told("fault"),
        }
    }

    /// Counts a state of a view.
    pub(crate) fn changed(&self) {
        self.changes.increment(1);
    }

    /// Counts a view that can't be served.
    pub(crate) fn failed(&self) {
        self.faults.increment(1);
    }
}

/// Registers what is computed when it is scraped.
pub(crate) fn tell(views: &Views, metrics: &Metrics) {
    let told = views.clone();
    let help = "Views that are followed";
    metrics.live("vortex_views_followed", help, move || {
        vec![Sample::plain(told.len() as f64)]
    });
    let told = views.clone();
    let help = "1 while config-svc tells what changes, 0 when it was silent for 3 s";
    metrics.live("vortex_views_current", help, move || {
        vec![Sample::plain(f64::from(u8::from(told.is_current())))]
    });
    let told = views.clone();
    let help = "The position of the log up to which all that has changed was heard";
    metrics.live("vortex_views_position", help, move || {
        let position = told.position().into_iter();
        position
            .map(|position| Sample::plain(position as f64))
            .collect()
    });
}
