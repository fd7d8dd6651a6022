//! The settings of a Git source.

use std::{path::PathBuf, time::Duration};

use vortex_git::Location;

use crate::domain::SourceName;

/// The settings of a Git source.
#[derive(Debug, Clone)]
pub struct GitSettings {
    /// Its name, which `--git-name` gives.
    pub name: SourceName,
    /// Where the repository is.
    pub location: Location,
    /// Where a repository behind a URL is mirrored.
    pub mirror: PathBuf,
    /// How often it is polled.
    pub poll: Duration,
    /// How long one poll may take.
    pub timeout: Duration,
    /// What happens to commits.
    pub release: ReleasePolicy,
    /// The folders in which configuration is looked for, beside the top.
    pub search_paths: Vec<String>,
}

/// What happens to commits after their import.
///
/// The first import of a label is released in any case: there is nothing that
/// readers could be left with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ReleasePolicy {
    /// They are released at once.
    Auto,
    /// They wait for an operator to release them.
    Stage,
    /// They are rolled out.
    Rollout,
}
