//! Classifies a failure of the engine for the write that met it.

use std::{error::Error, io};

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
    /// Finds the cause of an error of the engine, or of the system in its place.
    pub(super) fn of(cause: Cause) -> Self {
        let mut next = Some(cause.error());
        while let Some(error) = next {
            if error.downcast_ref().is_some_and(is_shortage) {
                return Self::NoRoom(Shortage::Quota);
            }
            if matches!(error.downcast_ref(), Some(fjall::Error::Poisoned)) {
                return Self::Stopped;
            }
            next = Error::source(error);
        }
        Self::Other(cause)
    }
}

fn is_shortage(error: &io::Error) -> bool {
    use io::ErrorKind::{QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(error: impl Error + Send + Sync + 'static) -> EngineFailure {
        EngineFailure::of(Cause::new(error))
    }

    #[test]
    fn a_lack_of_room_is_found_wherever_the_engine_met_it() {
        let full = || io::Error::from(io::ErrorKind::StorageFull);
        assert!(matches!(of(full()), EngineFailure::NoRoom(_)));
        let journal = fjall::Error::Io(full());
        assert!(matches!(of(journal), EngineFailure::NoRoom(_)));
        let table = fjall::Error::Storage(lsm_tree::Error::Io(full()));
        assert!(matches!(of(table), EngineFailure::NoRoom(_)));
    }

    #[test]
    fn an_engine_that_stopped_wrote_nothing_and_any_other_failure_may_have() {
        assert!(matches!(of(fjall::Error::Poisoned), EngineFailure::Stopped));
        let broken = fjall::Error::Io(io::Error::other("input/output error"));
        assert!(matches!(of(broken), EngineFailure::Other(_)));
    }
}
