//! Background tasks: the writer, checkpoints, removal of old data, and the end of freezes and
//! overrides.

mod denials;
mod expiry;
mod freezes;
mod gauges;
mod upkeep;

use std::sync::Arc;

use vortex_kit::process::Runtime;

use crate::{configuration::Configuration, denials::Denials};

/// Starts what keeps the book of refused calls: those of this process, and no longer than they are
/// kept.
pub(crate) fn keep_denials(book: &Arc<Denials>, runtime: &Runtime) {
    let (book, gate) = (book.clone(), runtime.gate.clone());
    runtime.lifecycle.spawn("denials", denials::run(book, gate));
}

/// Starts the tasks, which run until the process ends. The writer ends last, once nobody can write
/// any more.
pub fn start(
    configuration: &Arc<Configuration>,
    writer: impl Future<Output = ()> + Send + 'static,
    runtime: &Runtime,
) {
    gauges::tell(configuration, &runtime.metrics);
    let (shown, health) = (configuration.clone(), runtime.health.clone());
    runtime
        .lifecycle
        .spawn_stoppable("freezes", |stop| freezes::run(shown, health, stop));
    let expiring = configuration.clone();
    runtime
        .lifecycle
        .spawn_stoppable("expiry", |stop| expiry::run(expiring, stop));
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
