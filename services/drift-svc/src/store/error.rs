//! Errors of the store.

/// The reason why the store did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] vortex_store::Error),
    /// An entry can't be read as this version writes it.
    #[error("{what} can't be read: the store is damaged, or a newer version wrote it")]
    Damaged {
        /// The kind of entry.
        what: String,
        /// The cause.
        source: Invalid,
    },
    /// An entry was written by a later version of the program.
    #[error(
        "{what} was written by a newer version of the program, in version {version} of the format"
    )]
    Newer {
        /// The kind of entry.
        what: String,
        /// The version of its format.
        version: u8,
    },
}

/// The reason why stored bytes are not a valid value.
#[derive(Debug, thiserror::Error)]
pub enum Invalid {
    /// The first byte is not a version.
    #[error("it does not begin with a version")]
    NoVersion,
    /// The bytes after the version are not the expected message.
    #[error("it is not the expected message")]
    Message(#[from] prost::DecodeError),
    /// A part that is always written is missing.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A part has a value that is not allowed.
    #[error("{0} has a value that this version does not know or allow")]
    NotAllowed(&'static str),
}

impl Error {
    /// Whether a write that failed like this may still have happened.
    pub(crate) fn is_outcome_unknown(&self) -> bool {
        matches!(self, Self::Engine(vortex_store::Error::SyncFailed { .. }))
    }

    /// Whether nothing was written, and a later try may succeed without a restart.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(self, Self::Engine(error) if error.is_passing())
    }
}
