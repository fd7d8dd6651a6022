//! Background tasks: the writer, checkpoints, removal of old data, and metrics.

mod gauges;
mod upkeep;

use crate::configuration::Configuration;
use gauges::Gauges;
use std::sync::Arc;
use vortex_kit::process::Runtime;

/// Starts the tasks, which end with the process: the writer last of all, once
/// nobody can write any more.
pub fn start(
    configuration: &Arc<Configuration>,
    writer: impl Future<Output = ()> + Send + 'static,
    runtime: &Runtime,
) {
    let gauges = Gauges::new(configuration.clone(), runtime);
    runtime.lifecycle.spawn("gauges", gauges.run());
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
