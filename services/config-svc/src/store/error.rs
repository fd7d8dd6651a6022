//! What can go wrong with what is kept.

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
        /// What was read.
        what: String,
    },
    /// The log does not fold.
    #[error("the log is damaged")]
    Log(#[from] Inconsistent),
    /// A content that a version names is not there.
    #[error("content {0} is missing: the store is damaged")]
    MissingContent(Sha256),
}

impl Error {
    /// Whether a write that failed so may have happened all the same.
    pub fn is_outcome_unknown(&self) -> bool {
        matches!(self, Self::Engine(vortex_store::Error::SyncFailed { .. }))
    }

    /// What does not decode.
    pub(super) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged { what: what.into() }
    }
}
