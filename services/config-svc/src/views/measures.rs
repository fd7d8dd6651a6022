//! Metrics of views: cache hits, misses and the time to build one.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use metrics::{Counter, Histogram};
use vortex_kit::{
    clock::{Clock as _, System},
    telemetry::Metrics,
};

use crate::domain::{App, Basis, Profile, Split, Subject, Unit, ViewKey};

/// The most applications and profiles with metrics of their own; further ones count as `other`, so
/// that unknown names can't grow the metrics without end.
const TOLD_APART: usize = 500;

/// Measures reads of views. Counts nothing until it is given metrics.
pub(super) struct Measures {
    clock: System,
    hits: Counter,
    misses: Counter,
    without_instance: Counter,
    without_subject: Counter,
    fetches: Option<Fetches>,
}

impl Default for Measures {
    fn default() -> Self {
        Self {
            clock: System::new(),
            hits: Counter::noop(),
            misses: Counter::noop(),
            without_instance: Counter::noop(),
            without_subject: Counter::noop(),
            fetches: None,
        }
    }
}

impl Measures {
    pub(super) fn new(metrics: &Metrics) -> Self {
        let cache = |result| {
            metrics.counter(
                "cache_operations_total",
                "Configurations that were kept ready, or had to be made",
                &[("operation", "get"), ("result", result)],
            )
        };
        let without_key = |unit| {
            metrics.counter(
                "vortex_reads_without_key_total",
                "Reads that did not say what a split tells apart, and so got stable",
                &[("unit", unit)],
            )
        };
        Self {
            without_instance: without_key("instance"),
            without_subject: without_key("subject"),
            clock: System::new(),
            hits: cache("hit"),
            misses: cache("miss"),
            fetches: Some(Fetches::new(metrics.clone())),
        }
    }

    pub(super) fn hit(&self) {
        self.hits.increment(1);
    }

    /// Counts a read of a configuration that splits concern.
    pub(super) fn split(&self, splits: &[Arc<Split>], subject: &Subject<'_>) {
        let lacks = |unit| {
            let mut splits = splits.iter();
            splits.any(|split| split.unit == unit && split.is_keyless(subject))
        };
        if lacks(Unit::Instance) {
            self.without_instance.increment(1);
        }
        if lacks(Unit::Subject) {
            self.without_subject.increment(1);
        }
    }

    /// Counts reads that others answered and that did not say what splits tell apart.
    pub(super) fn without(&self, instance: u64, subject: u64) {
        self.without_instance.increment(instance);
        self.without_subject.increment(subject);
    }

    /// Notes that a configuration has to be rendered. Returns the time to give to [`Self::made`].
    pub(super) fn miss(&self) -> Duration {
        self.misses.increment(1);
        self.clock.monotonic()
    }

    pub(super) fn made(&self, key: &ViewKey, basis: &Basis, began: Duration) {
        if let Some(fetches) = &self.fetches {
            let took = self.clock.monotonic().saturating_sub(began);
            fetches.of(key, basis).record(took.as_secs_f64());
        }
    }
}

type Series = (String, String, &'static str);

struct Fetches {
    metrics: Metrics,
    known: Mutex<HashMap<Series, Histogram>>,
}

impl Fetches {
    fn new(metrics: Metrics) -> Self {
        Self {
            metrics,
            known: Mutex::default(),
        }
    }

    fn of(&self, key: &ViewKey, basis: &Basis) -> Histogram {
        let fed = basis.labels.iter().any(|label| label.feed.is_some());
        let backend = if fed { "git" } else { "store" };
        let app = key.apps.last().map_or("", App::as_str);
        let profile = key.profiles.last().map_or("", Profile::as_str);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let series = (app.to_owned(), profile.to_owned(), backend);
        if let Some(histogram) = known.get(&series) {
            return histogram.clone();
        }
        let series = if known.len() < TOLD_APART {
            series
        } else {
            ("other".to_owned(), "other".to_owned(), backend)
        };
        let histogram = self.metrics.histogram(
            "config_fetch_duration_seconds",
            "Time to make a configuration that was not kept ready",
            &[
                ("app", &series.0),
                ("profile", &series.1),
                ("backend", backend),
            ],
        );
        known.insert(series, histogram.clone());
        histogram
    }
}
