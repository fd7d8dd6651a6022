//! Options of `vortex rollout create` for keys that have their arm whatever the share.

use std::path::PathBuf;

use serde_json::{Map, Value};

use crate::{command::rollout::argument::lines, error::Error};

/// Keys that have their arm whatever the share.
#[derive(Debug, clap::Args)]
pub(super) struct Forced {
    /// An instance (or subject) that gets it from the first stage on; given several times
    #[arg(long, value_name = "KEY")]
    include: Vec<String>,
    /// An instance (or subject) that keeps stable until it is released; given several times
    #[arg(long, value_name = "KEY")]
    exclude: Vec<String>,
    /// A file of keys to include, one a line; - is standard input
    #[arg(long, value_name = "FILE")]
    include_file: Option<PathBuf>,
    /// A file of keys to exclude, one a line; - is standard input
    #[arg(long, value_name = "FILE")]
    exclude_file: Option<PathBuf>,
}

impl Forced {
    /// What is posted of them.
    pub(super) fn members(&self) -> Result<Map<String, Value>, Error> {
        let lists = [
            ("include", &self.include, &self.include_file),
            ("exclude", &self.exclude, &self.exclude_file),
        ];
        let mut members = Map::new();
        for (name, given, file) in lists {
            let mut keys = given.clone();
            if let Some(file) = file {
                keys.extend(lines(file)?);
            }
            if !keys.is_empty() {
                members.insert(name.to_owned(), keys.into());
            }
        }
        Ok(members)
    }
}
