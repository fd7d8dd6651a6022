//! The metrics of the service that count up.

use std::sync::Arc;

use metrics::{Counter, Histogram};
use vortex_kit::telemetry::Metrics;

use crate::domain::{Cause, Taken};

/// The counters of the service. Clones are cheap.
#[derive(Clone)]
pub(crate) struct Meters {
    inner: Arc<Inner>,
}

struct Inner {
    taken: [Counter; 4],
    no_room: Counter,
    no_fleet: Counter,
    repeated: Counter,
    applied: Histogram,
    fired: [Counter; 2],
}

impl Meters {
    /// Registers the counters in `metrics`.
    pub(crate) fn new(metrics: &Metrics) -> Self {
        let taken = |result| {
            let help = "Reports of instances that were taken, by what they brought";
            metrics.counter("vortex_registry_reports_total", help, &[("result", result)])
        };
        let dropped = |reason| {
            let help = "Reports of instances that were dropped for want of room, by of what";
            metrics.counter("vortex_registry_dropped_total", help, &[("reason", reason)])
        };
        let fired = |cause: Cause| {
            let help = "Alerts that began to fire, by cause";
            metrics.counter("vortex_alerts_total", help, &[("cause", cause.name())])
        };
        let help = "Parts of windows that were taken before, and so not again";
        let repeated = metrics.counter("vortex_registry_parts_repeated_total", help, &[]);
        let help = "Time from a change of what an instance should run to its report that it does";
        Self {
            inner: Arc::new(Inner {
                taken: ["new", "newer", "older", "stopped"].map(taken),
                no_room: dropped("instances"),
                no_fleet: dropped("fleets"),
                repeated,
                applied: metrics.histogram("vortex_change_to_applied_seconds", help, &[]),
                fired: Cause::ALL.map(fired),
            }),
        }
    }

    /// Counts what became of a report.
    pub(crate) fn taken(&self, taken: Taken) {
        let counter = match taken {
            Taken::New => &self.inner.taken[0],
            Taken::Newer => &self.inner.taken[1],
            Taken::Older => &self.inner.taken[2],
            Taken::Stopped => &self.inner.taken[3],
            Taken::NoRoom => &self.inner.no_room,
        };
        counter.increment(1);
    }

    /// Counts reports of a fleet for which there is no room.
    pub(crate) fn dropped_fleet(&self, reports: usize) {
        self.inner.no_fleet.increment(reports as u64);
    }

    /// Counts a part that was taken before.
    pub(crate) fn repeated(&self) {
        self.inner.repeated.increment(1);
    }

    /// Notes how long instances took to apply a change, in tenths of a second.
    pub(crate) fn applied(&self, spans: &[u32]) {
        for span in spans {
            self.inner.applied.record(f64::from(*span) / 10.0);
        }
    }

    /// Counts an alert that began to fire.
    pub(crate) fn fired(&self, cause: Cause) {
        self.inner.fired[cause as usize].increment(1);
    }
}
