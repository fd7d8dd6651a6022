//! Everything a service needs for its store: locating, opening and measuring it.

mod location;
mod observer;

pub use location::{InvalidLocation, Location};
pub use observer::CommitObserver;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use vortex_kit::telemetry::Metrics;

use crate::{Embedded, OpenError, Options, Recovery};

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
        Ok(Ok(opened)) => {
            tell(&path, opened.recovery());
            Ok(Arc::new(opened))
        }
        Ok(Err(source)) => Err(CannotOpen { path, source }),
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}

/// Says how the store was left, where that was not by an orderly close.
fn tell(path: &Path, recovery: &Recovery) {
    let Recovery {
        revision,
        noted,
        torn,
    } = recovery;
    let (store, revision, noted) = (path.display(), revision.0, noted.0);
    match torn {
        Some(journal) => tracing::warn!(
            %store, journal = %journal.display(), revision, noted,
            "the journal's last batch was not whole, as a kill or a power cut leaves it, and was \
             cut off; the store ends at this revision, and nothing up to the one noted is missing"
        ),
        None if revision != noted => tracing::info!(
            %store, revision, noted,
            "the store was not closed properly; it ends at this revision, and nothing up to the \
             one noted is missing"
        ),
        None => {}
    }
}
