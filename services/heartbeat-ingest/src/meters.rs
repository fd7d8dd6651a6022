//! The metrics of the service.

use std::{sync::Arc, time::Duration};

use metrics::{Counter, Gauge};
use vortex_kit::telemetry::Metrics;

use crate::{
    domain::{Full, Place, QueueDropped},
    error::{Limit, NoRoom, Refused},
};

/// Why figures don't count, though their report was taken or might have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lost {
    /// They may have counted before.
    Repeated,
    /// Nobody knows the generation or the arm of the split that they name.
    Unplaced,
    /// There is no room for a further arm.
    Full,
    /// They came with a delta after a gap.
    Gap,
}

/// The counters of the service. Clones are cheap.
#[derive(Clone)]
pub(crate) struct Meters {
    inner: Arc<Inner>,
}

struct Inner {
    received: Counter,
    dropped: Dropped,
    lost: [Counter; 4],
    left_out: Counter,
    places: [Counter; 4],
    older_life: Counter,
    clock_off: Counter,
    windows: Counter,
    instances: Gauge,
    fleets: Gauge,
    pace: Gauge,
}

struct Dropped {
    invalid: Counter,
    denied: Counter,
    app: Counter,
    client: Counter,
    process: Counter,
    instances: Counter,
    texts: Counter,
    fleets: Counter,
    draining: Counter,
    gap: Counter,
}

/// The metrics of the way to one receiver.
#[derive(Clone)]
pub(crate) struct DeliveryMeters {
    sent: Counter,
    repeated: Counter,
    failed: Counter,
    for_bytes: Counter,
    for_windows: Counter,
    refused: Counter,
    shutdown: Counter,
    bytes: Gauge,
    parts: Gauge,
}

impl Meters {
    /// Registers the metrics in `metrics`.
    pub(crate) fn new(metrics: &Metrics) -> Self {
        let count = |name, help| metrics.counter(name, help, &[]);
        let lost = |reason| {
            let help = "Figures of reports that don't count, by reason";
            metrics.counter(
                "vortex_heartbeat_figures_dropped_total",
                help,
                &[("reason", reason)],
            )
        };
        let place = |order| {
            let help = "Reports out of order: gaps count the reports that were missed";
            metrics.counter(
                "vortex_heartbeats_out_of_order_total",
                help,
                &[("order", order)],
            )
        };
        let inner = Inner {
            received: count(
                "vortex_heartbeats_received_total",
                "Reports that came in, taken or not",
            ),
            dropped: Dropped::new(metrics),
            lost: ["repeated", "unplaced", "full", "gap"].map(lost),
            left_out: count(
                "vortex_heartbeat_texts_left_out_total",
                "Texts for people that a window had no room for",
            ),
            places: ["gap", "repeat", "late", "forgotten"].map(place),
            older_life: place("older_life"),
            clock_off: count(
                "vortex_heartbeats_clock_off_total",
                "Reports whose sender's clock is more than a minute off",
            ),
            windows: count(
                "vortex_heartbeat_windows_total",
                "Windows that were closed with reports",
            ),
            instances: metrics.gauge(
                "vortex_heartbeat_instances",
                "Instances that reported within the last window",
                &[],
            ),
            fleets: metrics.gauge("vortex_heartbeat_fleets", "Fleets that are heard of", &[]),
            pace: metrics.gauge(
                "vortex_heartbeat_interval_seconds",
                "The interval that instances are told",
                &[],
            ),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Counts reports that came in.
    pub(crate) fn received(&self, reports: u64) {
        self.inner.received.increment(reports);
    }

    /// Counts a report that is not taken.
    pub(crate) fn refused(&self, refused: &Refused) {
        let dropped = &self.inner.dropped;
        let counter = match refused {
            Refused::Invalid(_) | Refused::Fleet(_) => &dropped.invalid,
            Refused::Denied(_) => &dropped.denied,
            Refused::TooFast { limit, .. } => match limit {
                Limit::App => &dropped.app,
                Limit::Client => &dropped.client,
                Limit::Process => &dropped.process,
            },
            Refused::Full { full, .. } => match full {
                NoRoom::Window(Full::Instances) => &dropped.instances,
                NoRoom::Window(Full::Texts) => &dropped.texts,
                NoRoom::Fleets => &dropped.fleets,
            },
            Refused::Ending => &dropped.draining,
        };
        counter.increment(1);
    }

    /// Counts a delta that followed a gap.
    pub(crate) fn gap(&self, figures: usize) {
        self.inner.dropped.gap.increment(1);
        self.lost(Lost::Gap, figures as u64);
    }

    /// Counts figures that don't count.
    pub(crate) fn lost(&self, lost: Lost, figures: u64) {
        self.inner.lost[lost as usize].increment(figures);
    }

    /// Counts texts that were left out.
    pub(crate) fn left_out(&self, texts: u32) {
        if texts > 0 {
            self.inner.left_out.increment(u64::from(texts));
        }
    }

    /// Counts a report that is not the next one of its life.
    pub(crate) fn misplaced(&self, place: Place) {
        let [gap, repeat, late, forgotten] = &self.inner.places;
        match place {
            Place::Next => {}
            Place::Gap(missed) => gap.increment(missed),
            Place::Repeat => repeat.increment(1),
            Place::Late => late.increment(1),
            Place::Forgotten => forgotten.increment(1),
        }
    }

    /// Counts a report of a life after which a newer one was heard of.
    pub(crate) fn older_life(&self) {
        self.inner.older_life.increment(1);
    }

    /// Counts a report whose sender's clock is off.
    pub(crate) fn clock_off(&self) {
        self.inner.clock_off.increment(1);
    }

    /// Notes an interval that is longer than the usual one.
    pub(crate) fn paced(&self, interval: Duration) {
        self.inner.pace.set(interval.as_secs_f64());
    }

    /// Notes a window that was closed.
    pub(crate) fn closed(&self, instances: usize, fleets: usize, interval: Duration) {
        if instances > 0 {
            self.inner.windows.increment(1);
        }
        self.inner.instances.set(instances as f64);
        self.inner.fleets.set(fleets as f64);
        self.inner.pace.set(interval.as_secs_f64());
    }
}

impl Dropped {
    fn new(metrics: &Metrics) -> Self {
        let counter = |reason| {
            let help = "Reports that were not taken, by reason";
            metrics.counter(
                "vortex_heartbeats_dropped_total",
                help,
                &[("reason", reason)],
            )
        };
        Self {
            invalid: counter("invalid"),
            denied: counter("denied"),
            app: counter("app_limit"),
            client: counter("client_limit"),
            process: counter("process_limit"),
            instances: counter("instances"),
            texts: counter("texts"),
            fleets: counter("fleets"),
            draining: counter("draining"),
            gap: counter("gap"),
        }
    }
}

impl DeliveryMeters {
    /// Registers the metrics of one receiver.
    pub(crate) fn new(metrics: &Metrics, receiver: &'static str) -> Self {
        let parts = |result| {
            let help = "Parts of windows that were sent, by receiver and result";
            let labels = [("receiver", receiver), ("result", result)];
            metrics.counter("vortex_heartbeat_parts_sent_total", help, &labels)
        };
        let dropped = |reason| {
            let help = "Parts of windows that were given up, by receiver and reason";
            let labels = [("receiver", receiver), ("reason", reason)];
            metrics.counter("vortex_heartbeat_parts_dropped_total", help, &labels)
        };
        let gauge = |name, help| metrics.gauge(name, help, &[("receiver", receiver)]);
        Self {
            sent: parts("taken"),
            repeated: parts("repeated"),
            failed: parts("failed"),
            for_bytes: dropped("bytes"),
            for_windows: dropped("windows"),
            refused: dropped("refused"),
            shutdown: dropped("shutdown"),
            bytes: gauge("vortex_heartbeat_queue_bytes", "Bytes of parts that wait"),
            parts: gauge("vortex_heartbeat_queue_parts", "Parts that wait"),
        }
    }

    /// Counts a part that was taken, now or before.
    pub(crate) fn taken(&self, repeated: bool) {
        match repeated {
            true => self.repeated.increment(1),
            false => self.sent.increment(1),
        }
    }

    /// Counts an attempt that failed.
    pub(crate) fn failed(&self) {
        self.failed.increment(1);
    }

    /// Counts a part that its receiver will never take.
    pub(crate) fn refused(&self) {
        self.refused.increment(1);
    }

    /// Counts parts that were given up for newer ones.
    pub(crate) fn dropped(&self, dropped: QueueDropped) {
        self.for_bytes.increment(dropped.for_bytes as u64);
        self.for_windows.increment(dropped.for_windows as u64);
    }

    /// Counts parts that were not taken before the end.
    pub(crate) fn shut_down(&self, parts: usize) {
        self.shutdown.increment(parts as u64);
    }

    /// Says what waits.
    pub(crate) fn waiting(&self, parts: usize, bytes: usize) {
        self.parts.set(parts as f64);
        self.bytes.set(bytes as f64);
    }
}
