//! Errors of requests about rollouts.

use vortex_kit::error::Fault;

use crate::{
    domain::{Freeze, InvalidGate, Refused, ReportRefused, RequestId, RolloutId},
    store,
};

/// The reason why a request about rollouts failed. Nothing has happened, except possibly after
/// [`Error::OutcomeUnknown`].
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// No rollout has this id.
    #[error("there is no rollout {0}")]
    NotFound(RolloutId),
    /// The rollout does not accept the command.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The rollout does not accept the figures.
    #[error(transparent)]
    Report(#[from] ReportRefused),
    /// Another rollout holds a document.
    #[error("rollout {by} holds {path}; wait for it to end, or end it")]
    Conflict {
        /// The document.
        path: String,
        /// The other rollout.
        by: RolloutId,
    },
    /// The documents were written for more applications than can be judged.
    #[error(
        "the documents were written for {found} applications, {most} at most can be judged: name those"
    )]
    TooManyApps {
        /// How many.
        found: usize,
        /// The most there may be.
        most: usize,
    },
    /// A query or webhook can't be asked.
    #[error(transparent)]
    Gate(#[from] InvalidGate),
    /// Too many rollouts have not ended.
    #[error("{0} rollouts have not ended; end some of them first")]
    TooManyRollouts(usize),
    /// The request's id was used for another request.
    #[error("request id {0} was already used for another request")]
    RequestIdReused(RequestId),
    /// The breaker is open: nothing starts by itself.
    #[error("the breaker is open")]
    BreakerOpen,
    /// A freeze is in force.
    #[error("{0}; a rollback still goes")]
    Frozen(Box<Freeze>),
    /// config-svc refused, or is away.
    #[error(transparent)]
    Config(Fault),
    /// Too many writes are waiting.
    #[error("too many writes are waiting")]
    Overloaded,
    /// The disk is full: nothing happened. Writes are accepted again once there is room.
    #[error("{0}")]
    StoreFull(vortex_store::Error),
    /// The store accepts no writes at present: nothing happened.
    #[error("{0}")]
    StoreAway(vortex_store::Error),
    /// The store failed during the write: it may have happened.
    #[error("the store failed while writing")]
    OutcomeUnknown,
    /// The store failed before: nothing happened.
    #[error("the store has failed; this process must be restarted")]
    StoreFailed,
    /// The store can't be read, or refused what was written.
    #[error(transparent)]
    Store(store::Error),
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        use vortex_store::Error as Engine;
        match error {
            store::Error::Engine(Engine::Overloaded) => Self::Overloaded,
            store::Error::Engine(full @ Engine::Full(_)) => Self::StoreFull(full),
            store::Error::Engine(away) if away.is_passing() => Self::StoreAway(away),
            error => Self::Store(error),
        }
    }
}
