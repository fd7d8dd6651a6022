//! Opens a repository folder with nothing but its own configuration: no environment, no user or
//! system settings, no includes, no programs.

use std::path::Path;

use gix::{ThreadSafeRepository, open::Options, sec::Trust};

use crate::{Error, Location, Result};

/// The most memory one object may take to decode. Contents are bounded by their reader before that;
/// this bounds folders, commits and what a damaged header claims.
const OBJECT_LIMIT: &str = "gitoxide.objects.allocLimit=134217728";

/// Replacement references are a local view that Git servers do not serve either.
const NO_REPLACEMENTS: &str = "gitoxide.objects.noReplace=true";

/// Opens the repository at `path` for reading.
pub(crate) fn for_reading(path: &Path, location: &Location) -> Result<ThreadSafeRepository> {
    open(path, location, &[OBJECT_LIMIT, NO_REPLACEMENTS])
}

/// Opens our mirror for fetching, where a received object is as large as it is.
pub(crate) fn for_fetching(path: &Path, location: &Location) -> Result<ThreadSafeRepository> {
    open(path, location, &[NO_REPLACEMENTS])
}

/// The owner of a folder on a mounted volume is rarely the user of a container, so trust does not
/// depend on it: nothing in a repository that is only read can run a program.
pub(crate) fn options() -> Options {
    Options::isolated()
        .with(Trust::Full)
        .filter_config_section(|_| true)
}

fn open(path: &Path, location: &Location, settings: &[&str]) -> Result<ThreadSafeRepository> {
    let options = options().config_overrides(settings.iter().copied());
    match options.open(path) {
        Ok(repository) => Ok(repository),
        Err(cause) if cause.is_not_found() => Err(Error::RepositoryMissing(location.clone())),
        Err(cause) => Err(Error::RepositoryUnreadable {
            location: location.clone(),
            why: cause.into(),
        }),
    }
}
