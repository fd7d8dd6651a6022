//! Gauges of what is served and kept, computed when they are scraped.

use std::sync::{Arc, atomic::Ordering};

use vortex_kit::telemetry::{Metrics, Sample};

use crate::configuration::Configuration;

/// Has `metrics` ask `configuration` at each scrape, for as long as it is there.
pub(super) fn tell(configuration: &Arc<Configuration>, metrics: &Metrics) {
    let gauge = |name, help, value: fn(&Configuration) -> f64| {
        // the configuration holds these metrics: a strong pointer would keep its store open
        let configuration = Arc::downgrade(configuration);
        metrics.live(name, help, move || {
            let there = configuration.upgrade().into_iter();
            there.map(|it| Sample::plain(value(&it))).collect()
        });
    };
    gauge(
        "vortex_documents",
        "Documents served, over all labels",
        |it| it.state().served_documents() as f64,
    );
    gauge("vortex_log_seq", "The last record of the log", |it| {
        it.state().head.0 as f64
    });
    gauge("vortex_splits", "Splits that are active", |it| {
        it.state().splits.len() as f64
    });
    gauge(
        "vortex_followed_views",
        "Views that other services follow, each as often as a stream follows it",
        |it| it.followed().load(Ordering::Relaxed) as f64,
    );
    gauge("vortex_freezes", "Freezes that are in force", |it| {
        it.state().freezes.len() as f64
    });
    gauge("vortex_overrides", "Overrides that are in force", |it| {
        it.state().overrides.len() as f64
    });
    gauge(
        "vortex_store_bytes",
        "Bytes that the store takes on disk",
        |it| it.store().bytes() as f64,
    );
}
