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
    /// A key that would be for no server.
    #[error("the context {0:?} has no server that a key would be for")]
    KeyWithoutServer(String),
    /// The file holds keys, and others can read it.
    #[error(
        "{} holds API keys, and others can read or change it (its mode is {mode:04o})",
        .path.display()
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
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
            Self::NoHome
            | Self::KeyWithoutServer(_)
            | Self::Open { .. }
            | Self::Malformed { .. } => Exit::Usage,
            Self::File { .. } => Exit::Failed,
        }
    }

    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::Unknown(_) => Some("`vortex context list` shows all contexts".to_owned()),
            Self::NoneInUse => Some("`vortex context use NAME` selects one".to_owned()),
            Self::KeyWithoutServer(_) => Some("give it with --server".to_owned()),
            Self::Open { path, .. } => Some(format!(
                "`chmod 600 {}` closes it; if others may have read a key, replace it: \
                 `vortex key rotate`",
                path.display()
            )),
            Self::Malformed { path, .. } => Some(format!("fix {} or remove it", path.display())),
            Self::NoHome | Self::File { .. } => None,
        }
    }
}
