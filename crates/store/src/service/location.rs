//! The location of a store, as an operator writes it.

use std::{convert::Infallible, fmt, path::PathBuf, str::FromStr};

/// Where a service keeps its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A folder on this machine, for one process.
    Embedded(PathBuf),
}

impl FromStr for Location {
    type Err = InvalidLocation;

    fn from_str(given: &str) -> Result<Self, InvalidLocation> {
        match given.split_once(':') {
            Some(("embedded", folder)) if !folder.is_empty() => {
                let Ok(folder) = folder.parse::<PathBuf>().map_err(|never: Infallible| never);
                Ok(Self::Embedded(folder))
            }
            _ => Err(InvalidLocation(given.to_owned())),
        }
    }
}

/// A text that names no store.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} names no store: expected embedded:FOLDER")]
pub struct InvalidLocation(String);

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Embedded(folder) => write!(f, "embedded:{}", folder.display()),
        }
    }
}
