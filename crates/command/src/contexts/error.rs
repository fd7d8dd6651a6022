//! Why the contexts can't be used.

use std::{io, path::PathBuf};

use crate::exit::Exit;

/// Why the contexts can't be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// There is no context of that name.
    #[error("there is no context {0:?}")]
    Unknown(String),
    /// None is in use.
    #[error("no context is in use")]
    NoneInUse,
    /// The environment does not say where the user's settings are.
    #[error("neither XDG_CONFIG_HOME nor HOME says where contexts are kept")]
    NoHome,
    /// The file can't be read or written.
    #[error("{} can't be {deed}: {source}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// `read` or `written`.
        deed: &'static str,
        /// Why not.
        source: io::Error,
    },
    /// The file is not what it should be.
    #[error("{} is not a valid file of contexts: {why}", .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, with its place.
        why: String,
    },
}

impl Error {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Unknown(_) | Self::NoneInUse => Exit::NotFound,
            Self::NoHome | Self::Malformed { .. } => Exit::Usage,
            Self::File { .. } => Exit::Failed,
        }
    }

    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::Unknown(_) => Some("`vortex context list` shows all contexts".to_owned()),
            Self::NoneInUse => Some("`vortex context use NAME` selects one".to_owned()),
            Self::Malformed { path, .. } => Some(format!("fix {} or remove it", path.display())),
            Self::NoHome | Self::File { .. } => None,
        }
    }
}
