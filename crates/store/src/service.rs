//! What a service needs around its store: where it is, opening it, measuring it.

mod location;
mod observer;

pub use location::{InvalidLocation, Location};
pub use observer::CommitObserver;

use std::{path::PathBuf, sync::Arc};

use vortex_kit::telemetry::Metrics;

use crate::{Embedded, OpenError, Options};

/// A store's folder can't be used.
#[derive(Debug, thiserror::Error)]
#[error("the store in {} can't be opened", path.display())]
pub struct CannotOpen {
    path: PathBuf,
    source: OpenError,
}

/// Opens a service's store, and measures its commits into `metrics`.
///
/// # Errors
/// When the folder can't be used.
pub async fn open(location: &Location, metrics: &Metrics) -> Result<Arc<Embedded>, CannotOpen> {
    let Location::Embedded(path) = location.clone();
    let options = Options {
        observer: Some(Arc::new(CommitObserver::new(metrics))),
        ..Options::default()
    };
    let folder = path.clone();
    let opened = tokio::task::spawn_blocking(move || Embedded::open(folder, options)).await;
    match opened {
        Ok(Ok(opened)) => Ok(Arc::new(opened)),
        Ok(Err(source)) => Err(CannotOpen { path, source }),
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}
