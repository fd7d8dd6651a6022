//! The ways a folder fails to open as a store.

use std::io;
use std::path::PathBuf;

use crate::Cause;

/// Why a folder was not opened. Nothing in it was changed, but for
/// [`OpenError::Engine`] and [`OpenError::Io`], which may come half-way through a recovery.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process, or this one, has it open.
    #[error("{} is in use{}", path.display(), by(*holder))]
    Locked {
        /// The folder.
        path: PathBuf,
        /// The process that holds it, where it could be read.
        holder: Option<u32>,
    },
    /// It holds other files than a store's, so it is somebody else's.
    #[error("{} is not a store: it holds {found:?}; give an empty or a new folder", path.display())]
    Foreign {
        /// The folder.
        path: PathBuf,
        /// The first file that is not ours.
        found: String,
    },
    /// A later version of the program wrote it.
    #[error("{} has format {found}, this program knows up to {supported}", path.display())]
    NewerFormat {
        /// The folder.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The newest format this program knows.
        supported: u32,
    },
    /// It was a store, and parts of it are missing or damaged.
    #[error("the store in {} is damaged: {reason}", path.display())]
    Corrupt {
        /// The folder.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// It cannot be made or written by this user, or on this file system.
    #[error("{} cannot be written", path.display())]
    NotWritable {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system failed otherwise.
    #[error("{} cannot be opened", path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The engine under the store failed.
    #[error("the engine of the store in {} failed", path.display())]
    Engine {
        /// The folder.
        path: PathBuf,
        /// What it said.
        source: Cause,
    },
}

impl OpenError {
    pub(super) fn io(path: PathBuf, source: io::Error) -> Self {
        use io::ErrorKind::{NotADirectory, PermissionDenied, ReadOnlyFilesystem};
        match source.kind() {
            PermissionDenied | ReadOnlyFilesystem | NotADirectory => {
                Self::NotWritable { path, source }
            }
            _ => Self::Io { path, source },
        }
    }

    /// The engine asks only for files that it has made, and they are as long as it made them.
    fn file(path: PathBuf, source: io::Error) -> Self {
        use io::ErrorKind::{InvalidData, NotFound, UnexpectedEof};
        match source.kind() {
            NotFound | UnexpectedEof | InvalidData => Self::Corrupt {
                path,
                reason: format!("a file in its db folder is missing or cut short: {source}"),
            },
            _ => Self::io(path, source),
        }
    }

    pub(super) fn engine(path: PathBuf, error: fjall::Error) -> Self {
        match error {
            fjall::Error::Io(source) | fjall::Error::Storage(lsm_tree::Error::Io(source)) => {
                Self::file(path, source)
            }
            fjall::Error::Locked => Self::Locked { path, holder: None },
            fjall::Error::JournalRecovery(_)
            | fjall::Error::InvalidVersion(_)
            | fjall::Error::InvalidTrailer
            | fjall::Error::InvalidTag(_)
            | fjall::Error::Decompress(_)
            | fjall::Error::Unrecoverable
            | fjall::Error::Storage(_) => Self::Corrupt {
                path,
                reason: error.to_string(),
            },
            _ => Self::Engine {
                path,
                source: Cause::new(error),
            },
        }
    }
}

fn by(holder: Option<u32>) -> String {
    holder
        .map(|pid| format!(" by process {pid}"))
        .unwrap_or_default()
}
