//! Errors of stored data.

use super::codec::{Unreadable, VERSION};
use crate::domain::{Inconsistent, Sha256};

/// Why the store failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] vortex_store::Error),
    /// A value does not decode.
    #[error("{what} does not decode: the store is damaged, or a newer version wrote it")]
    Damaged {
        /// The value that was read.
        what: String,
    },
    /// A value is of a version of the schema that this program does not know.
    #[error(
        "{what} was written by a newer version of the program: its format is {version}, and this \
         program reads formats up to {VERSION}"
    )]
    Newer {
        /// The value that was read.
        what: String,
        /// The version of its schema.
        version: u8,
    },
    /// The log does not fold.
    #[error("the log is damaged")]
    Log(#[from] Inconsistent),
    /// A content that a version names is not there.
    #[error("content {0} is missing: the store is damaged")]
    MissingContent(Sha256),
    /// A content differs from what was written.
    #[error("content {0} is not what was written: the store is damaged")]
    DamagedContent(Sha256),
}

impl Error {
    /// Whether a write that failed with this may have happened all the same.
    pub fn is_outcome_unknown(&self) -> bool {
        matches!(self, Self::Engine(vortex_store::Error::SyncFailed { .. }))
    }

    /// Whether nothing was written, and the same write may succeed later without a restart.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Engine(error) if error.is_passing())
    }

    /// Whether stored data is missing or differs from what was written.
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Damaged { .. }
            | Self::Log(_)
            | Self::MissingContent(_)
            | Self::DamagedContent(_) => true,
            Self::Newer { .. } => false,
            Self::Engine(error) => matches!(
                error,
                vortex_store::Error::ReadFailed { .. } | vortex_store::Error::EntryCorrupt { .. }
            ),
        }
    }

    /// The error for a value that could not be read.
    pub(super) fn unreadable(what: impl Into<String>, why: Unreadable) -> Self {
        let what = what.into();
        match why {
            Unreadable::Damaged => Self::Damaged { what },
            Unreadable::Newer(version) => Self::Newer { what, version },
        }
    }

    /// The error for what does not decode.
    pub(super) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged { what: what.into() }
    }
}
