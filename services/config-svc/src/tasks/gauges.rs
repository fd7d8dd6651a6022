//! Updates the gauges periodically.

use std::{sync::Arc, time::Duration};

use metrics::Gauge;
use vortex_kit::process::Runtime;

use crate::configuration::Configuration;

const INTERVAL: Duration = Duration::from_secs(5);

pub(super) struct Gauges {
    configuration: Arc<Configuration>,
    documents: Gauge,
    log_seq: Gauge,
    splits: Gauge,
    store_bytes: Gauge,
}

impl Gauges {
    pub(super) fn new(configuration: Arc<Configuration>, runtime: &Runtime) -> Self {
        let gauge = |name, help| runtime.metrics.gauge(name, help, &[]);
        Self {
            configuration,
            documents: gauge("vortex_documents", "Documents served, over all labels"),
            log_seq: gauge("vortex_log_seq", "The last record of the log"),
            splits: gauge("vortex_splits", "Splits that are active"),
            store_bytes: gauge("vortex_store_bytes", "Bytes that the store takes on disk"),
        }
    }

    pub(super) async fn run(self) {
        let mut ticks = tokio::time::interval(INTERVAL);
        loop {
            ticks.tick().await;
            let state = self.configuration.state().clone();
            self.log_seq.set(state.head.0 as f64);
            self.splits.set(state.splits.len() as f64);
            self.documents.set(state.served_documents() as f64);
            self.store_bytes
                .set(self.configuration.store().bytes() as f64);
        }
    }
}
