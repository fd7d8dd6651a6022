//! Background tasks: the writer, checkpoints and removal of old data.

mod gauges;
mod upkeep;

use crate::configuration::Configuration;
use std::sync::Arc;
use vortex_kit::process::Runtime;

/// Starts the tasks, which run until the process ends. The writer ends last, once nobody can write
/// any more.
pub fn start(
    configuration: &Arc<Configuration>,
    writer: impl Future<Output = ()> + Send + 'static,
    runtime: &Runtime,
) {
    gauges::tell(configuration, &runtime.metrics);
    let (configuration, health) = (configuration.clone(), runtime.health.clone());
    // the writer is told to end by the upkeep, after its last checkpoint
    runtime
        .lifecycle
        .spawn_stoppable("store", |stop| async move {
            let writing = tokio::spawn(writer);
            upkeep::run(configuration, health, stop).await;
            writing.abort();
            drop(writing.await);
        });
}
