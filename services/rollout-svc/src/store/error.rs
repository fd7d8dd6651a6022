//! What goes wrong with the store.

/// Why the store did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The engine's own.
    #[error(transparent)]
    Engine(#[from] vortex_store::Error),
    /// An entry is not what this version writes.
    #[error("{what} can't be read: the store is damaged, or a newer version wrote it")]
    Damaged {
        /// What was read.
        what: String,
        /// Why.
        source: Invalid,
    },
    /// An entry is of a later version of the program.
    #[error(
        "{what} was written by a newer version of the program, in version {version} of the format"
    )]
    Newer {
        /// What was read.
        what: String,
        /// Its version.
        version: u8,
    },
    /// A part of a rollout is missing.
    #[error("{what} is missing: the store is damaged")]
    Missing {
        /// What.
        what: String,
    },
}

/// Why stored bytes can't be what was written.
#[derive(Debug, thiserror::Error)]
pub enum Invalid {
    /// The first byte tells nothing.
    #[error("it does not begin with a version")]
    NoVersion,
    /// It begins as version 1 does.
    #[error("it is not a value of version 1")]
    Json(#[from] serde_json::Error),
    /// Only the version is right.
    #[error("it is not the message that is expected")]
    Message(#[from] prost::DecodeError),
    /// A part that is always written.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A part is not what any value has.
    #[error("{0} is not one that this version knows or allows")]
    NotAllowed(&'static str),
}

impl Error {
    /// Whether a write that failed like this may still have happened.
    pub fn is_outcome_unknown(&self) -> bool {
        matches!(self, Self::Engine(vortex_store::Error::SyncFailed { .. }))
    }

    /// Whether nothing was written, and the same may be written later without a restart.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Engine(error) if error.is_passing())
    }

    /// Whether stored data is missing or differs from what was written.
    pub fn is_damage(&self) -> bool {
        use vortex_store::Error as E;
        match self {
            Self::Damaged { .. } | Self::Missing { .. } => true,
            Self::Engine(error) => {
                matches!(error, E::ReadFailed { .. } | E::EntryCorrupt { .. })
            }
            Self::Newer { .. } => false,
        }
    }

    /// Whether nothing can be written before the process starts again.
    pub fn is_final(&self) -> bool {
        use vortex_store::Error as E;
        matches!(
            self,
            Self::Engine(E::SyncFailed { .. } | E::Poisoned | E::Closed)
        )
    }
}
