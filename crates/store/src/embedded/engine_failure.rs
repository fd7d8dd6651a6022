//! What a failure of the engine says about the write that met it.

use std::io;

use crate::{Cause, Shortage};

/// Why the engine did not write a group.
pub(super) enum EngineFailure {
    /// The system had no room for it; a part of it may be in the journal.
    NoRoom(Shortage),
    /// The engine had stopped before, by a failure in its own threads. Nothing was written.
    Stopped,
    /// It was written or synced in vain, and may be there after a restart.
    Other(Cause),
}

impl EngineFailure {
    pub(super) fn of(error: fjall::Error) -> Self {
        match &error {
            fjall::Error::Poisoned => Self::Stopped,
            fjall::Error::Io(source) | fjall::Error::Storage(lsm_tree::Error::Io(source))
                if is_shortage(source) =>
            {
                Self::NoRoom(Shortage::Quota)
            }
            _ => Self::Other(Cause::new(error)),
        }
    }
}

fn is_shortage(error: &io::Error) -> bool {
    use io::ErrorKind::{QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded)
}
