//! One Prometheus recorder a service, so that several services in a process keep apart.

use std::{fmt, sync::Arc, time::Duration};

use metrics::{Counter, Gauge, Histogram, Key, Label, Level, Metadata, Recorder};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusRecorder};
use tokio::sync::Mutex;

use super::live::{Live, Sample};
use crate::shutdown::Lifecycle;

/// Names and values of a series: `&[("source", "petclinic")]`. Values must be of a bounded set.
pub type Labels<'a> = &'a [(&'static str, &'a str)];

const UPKEEP: Duration = Duration::from_secs(5);
const SECONDS: &[f64] = &[
    0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
    5.0, 10.0,
];
const BYTES: &[f64] = &[
    256.0,
    1_024.0,
    4_096.0,
    16_384.0,
    65_536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
];
const COUNTS: &[f64] = &[
    1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 2_000.0, 5_000.0, 10_000.0,
];

/// A service's metrics. Handles are made at wiring, which shows their series at zero from the
/// start, and kept; a clone is a pointer.
#[derive(Clone)]
pub struct Metrics {
    recorder: Arc<PrometheusRecorder>,
    live: Live,
    /// Held by the scrape that is computed.
    scraping: Arc<Mutex<()>>,
}

impl Metrics {
    /// The metrics of `service`, with `vortex_build_info`.
    ///
    /// Histograms have buckets by their names' endings: `_seconds`, `_bytes`, else counts.
    pub fn new(service: &str, version: &str) -> Self {
        let metrics = Self {
            recorder: Arc::new(builder().build_recorder()),
            live: Live::default(),
            scraping: Arc::default(),
        };
        let labels = [("service", service), ("version", version)];
        let help = "Always 1; says which version runs";
        metrics.gauge("vortex_build_info", help, &labels).set(1.0);
        metrics
    }

    /// A counter, at zero until it is counted up. Its name ends in `_total`.
    pub fn counter(&self, name: &'static str, help: &'static str, labels: Labels<'_>) -> Counter {
        self.recorder
            .describe_counter(name.into(), None, help.into());
        self.recorder
            .register_counter(&key(name, labels), &METADATA)
    }

    /// A value that goes up and down.
    pub fn gauge(&self, name: &'static str, help: &'static str, labels: Labels<'_>) -> Gauge {
        self.recorder.describe_gauge(name.into(), None, help.into());
        self.recorder.register_gauge(&key(name, labels), &METADATA)
    }

    /// A distribution. Its name says the unit: `_seconds`, `_bytes`.
    pub fn histogram(
        &self,
        name: &'static str,
        help: &'static str,
        labels: Labels<'_>,
    ) -> Histogram {
        self.recorder
            .describe_histogram(name.into(), None, help.into());
        self.recorder
            .register_histogram(&key(name, labels), &METADATA)
    }

    /// Gauges whose series come and go: `ask` is called at each scrape, and must bound their
    /// number.
    pub fn live(
        &self,
        name: &'static str,
        help: &'static str,
        ask: impl Fn() -> Vec<Sample> + Send + Sync + 'static,
    ) {
        self.live.add(name, help, Box::new(ask));
    }

    /// All series in Prometheus' text format.
    pub fn render(&self) -> String {
        let mut text = self.recorder.handle().render();
        self.live.render(&mut text);
        text
    }

    /// As [`render`](Self::render), off the threads that answer requests, since live gauges may
    /// look at a disk; one at a time, so that many scrapers cost as much as one at once.
    pub async fn scrape(&self) -> String {
        let turn = self.scraping.clone().lock_owned().await;
        let metrics = self.clone();
        let rendered = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            metrics.render()
        });
        match rendered.await {
            Ok(text) => text,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // cancelled, as the process ends
                Err(_) => String::new(),
            },
        }
    }

    /// Folds samples into buckets now and then, so that they do not pile up between scrapes.
    pub(crate) fn keep_up(&self, lifecycle: &Lifecycle) {
        let handle = self.recorder.handle();
        lifecycle.spawn("metrics", async move {
            let mut ticks = tokio::time::interval(UPKEEP);
            loop {
                ticks.tick().await;
                handle.run_upkeep();
            }
        });
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

const METADATA: Metadata<'static> = Metadata::new("vortex", Level::INFO, None);

#[allow(clippy::expect_used)] // invariant: the bucket lists are constants and not empty
fn builder() -> PrometheusBuilder {
    let suffix = |text: &str| Matcher::Suffix(text.to_owned());
    PrometheusBuilder::new()
        .set_buckets(COUNTS)
        .and_then(|builder| builder.set_buckets_for_metric(suffix("_seconds"), SECONDS))
        .and_then(|builder| builder.set_buckets_for_metric(suffix("_bytes"), BYTES))
        .expect("bucket lists are not empty")
}

fn key(name: &'static str, labels: Labels<'_>) -> Key {
    let label = |(name, value): &(&'static str, &str)| Label::new(*name, (*value).to_owned());
    Key::from_parts(name, labels.iter().map(label).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_shows_at_zero_before_anything_happened() {
        let metrics = Metrics::new("config-svc", "0.1.0");
        let _ = metrics.counter("x_total", "Xs", &[("kind", "a")]);
        let _ = metrics.histogram("y_seconds", "Ys", &[]);
        let text = metrics.render();
        assert!(text.contains("x_total{kind=\"a\"} 0"), "{text}");
        assert!(text.contains("y_seconds_bucket{le=\"0.0001\"} 0"), "{text}");
        assert!(
            text.contains("vortex_build_info{service=\"config-svc\",version=\"0.1.0\"} 1"),
            "{text}"
        );
    }

    #[test]
    fn two_services_in_one_process_keep_apart() {
        let (one, two) = (Metrics::new("one", "1"), Metrics::new("two", "1"));
        one.counter("x_total", "Xs", &[]).increment(3);
        assert!(one.render().contains("x_total 3"));
        assert!(!two.render().contains("x_total"));
    }

    #[test]
    fn a_histogram_is_no_summary() {
        let metrics = Metrics::new("one", "1");
        metrics.histogram("size_bytes", "Sizes", &[]).record(300.0);
        metrics.histogram("batch", "Batches", &[]).record(3.0);
        let text = metrics.render();
        assert!(text.contains("size_bytes_bucket{le=\"1024\"} 1"), "{text}");
        assert!(text.contains("batch_bucket{le=\"5\"} 1"), "{text}");
    }
}
