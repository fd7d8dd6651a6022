//! The ways an operation on an open store fails.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;

use crate::Revision;
use crate::limits::{
    MAX_KEY_BYTES, MAX_TRANSACTION_BYTES, MAX_TRANSACTION_OPERATIONS, MAX_VALUE_BYTES,
};

/// The result of an operation on a store.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an operation was not done.
///
/// Nothing has happened, except after [`Error::SyncFailed`], whose outcome is unknown.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// A compare of the transaction did not hold.
    #[error("key {key:?} is at revision {found}, not at the one expected")]
    Conflict {
        /// The first key that was not as expected.
        key: Bytes,
        /// The revision that wrote it last; 0 when it is absent.
        found: Revision,
    },
    /// The transaction has too many operations or too many bytes.
    #[error(
        "a transaction of {operations} operations and {bytes} bytes is over the limit of \
         {MAX_TRANSACTION_OPERATIONS} operations and {MAX_TRANSACTION_BYTES} bytes"
    )]
    TransactionTooLarge {
        /// Compares and writes together.
        operations: usize,
        /// Bytes of all keys and values.
        bytes: usize,
    },
    /// A key is longer than a store takes.
    #[error("a key of {length} bytes is over the limit of {MAX_KEY_BYTES}")]
    KeyTooLarge {
        /// The key's bytes.
        length: usize,
    },
    /// A key has no bytes.
    #[error("a key is empty")]
    KeyEmpty,
    /// A value is longer than a store takes.
    #[error("the value of key {key:?} has {length} bytes, over the limit of {MAX_VALUE_BYTES}")]
    ValueTooLarge {
        /// The key it was for.
        key: Bytes,
        /// The value's bytes.
        length: usize,
    },
    /// One transaction writes a key twice.
    #[error("the transaction writes key {key:?} more than once")]
    KeyRepeated {
        /// The key.
        key: Bytes,
    },
    /// More commits wait than the queue holds.
    #[error("too many commits are waiting; try again")]
    Overloaded,
    /// The changes asked for are no longer kept.
    #[error("changes are kept only after revision {oldest}")]
    Compacted {
        /// The lowest revision that a watch can still start after.
        oldest: Revision,
    },
    /// There is too little room for a commit and what it brings with it. Commits are taken again
    /// by themselves once there is room.
    #[error("nothing was written, since {0}")]
    Full(Shortage),
    /// The folder was moved, removed or replaced while it was open, so that what is written would
    /// not be found again.
    #[error("nothing was written, since {} is missing or was replaced", path.display())]
    Displaced {
        /// The file or folder that is not what it was.
        path: PathBuf,
    },
    /// The engine has stopped and is opened again by a later commit.
    #[error("nothing was written, since the engine has stopped; it is opened again shortly")]
    Stopped,
    /// Writing or syncing this commit failed: whether it will be there after a restart is not
    /// known, and until then no read sees it.
    #[error("the commit could not be made durable, its outcome is unknown")]
    SyncFailed {
        /// What the engine reported.
        source: Cause,
    },
    /// An earlier sync failed, so no commit is taken before a restart.
    #[error("an earlier sync failed; the store takes no commits until it is opened again")]
    Poisoned,
    /// A read failed.
    #[error("the store could not be read")]
    ReadFailed {
        /// What the engine reported.
        source: Cause,
    },
    /// The value under a key is not in a form that this version writes.
    #[error("the entry under key {key:?} cannot be decoded")]
    EntryCorrupt {
        /// The key.
        key: Bytes,
    },
    /// Compacting the store failed; its content is as before.
    #[error("the store could not be compacted")]
    MaintenanceFailed {
        /// What the engine reported.
        source: Cause,
    },
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
}

impl Error {
    /// Whether a commit was turned away before anything was done, by what may pass: the same commit
    /// may be taken later, without a restart.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Overloaded | Self::Full(_) | Self::Displaced { .. } | Self::Stopped
        )
    }
}

/// What a file system has too little of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortage {
    /// Bytes.
    Bytes {
        /// Those that are free.
        free: u64,
        /// Those that must be.
        needed: u64,
    },
    /// Files that it can still hold.
    Files {
        /// How many.
        free: u64,
        /// How many it must be.
        needed: u64,
    },
    /// Bytes that this user may take: the system refused a write though there is room by its count.
    Quota,
}

impl fmt::Display for Shortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes { free, needed } => write!(
                f,
                "the disk is full: {} MiB are free and {} MiB are needed",
                free >> 20,
                needed.div_ceil(1 << 20)
            ),
            Self::Files { free, needed } => write!(
                f,
                "the disk takes {free} more files and {needed} are needed"
            ),
            Self::Quota => f.write_str("the system has no more room for this process"),
        }
    }
}

/// What an engine reported, shared between all that it concerned.
#[derive(Clone, Debug, thiserror::Error)]
#[error(transparent)]
pub struct Cause(Arc<dyn std::error::Error + Send + Sync>);

impl Cause {
    /// Wraps an engine's own error.
    pub fn new(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self(Arc::new(error))
    }

    /// The engine's own error.
    pub(crate) fn error(&self) -> &(dyn std::error::Error + 'static) {
        &*self.0
    }
}
