//! Why a call is refused, and the faults that callers see.

use std::time::Duration;

use vortex_kit::error::{Fault, Reason};

use crate::{
    domain::{AlertId, FleetName},
    store,
};

/// The delay before a retry when too many writes are waiting.
const OVERLOADED_RETRY: Duration = Duration::from_millis(200);
/// The delay before a retry while the disk is full: an operator has to make room.
const FULL_RETRY: Duration = Duration::from_secs(10);

/// Why a call is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Nobody reports as this instance.
    #[error("no instance {id:?} of {fleet} reports")]
    InstanceNotFound {
        /// The fleet.
        fleet: FleetName,
        /// The id.
        id: String,
    },
    /// There is no such alert.
    #[error("there is no alert {0}")]
    AlertNotFound(AlertId),
    /// No known fleet is under the split.
    #[error("no fleet that reports is under the split {0}")]
    SplitNotFound(String),
    /// Too many fleets are silenced.
    #[error("too many fleets are silenced; end some of that first")]
    TooManySilences,
    /// It could not be stored.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let told = |reason| Self::new(reason, error.to_string());
        match &error {
            Error::InstanceNotFound { fleet, id } => told(Reason::InstanceNotFound)
                .with("fleet", fleet)
                .with("instance", id),
            Error::AlertNotFound(id) => told(Reason::AlertNotFound).with("alert", id),
            Error::SplitNotFound(id) => told(Reason::SplitNotFound).with("split", id),
            Error::TooManySilences => told(Reason::Overloaded),
            Error::Store(error) => of_store(error),
        }
    }
}

fn of_store(error: &store::Error) -> Fault {
    use vortex_store::Error as Engine;
    let told = |reason| Fault::new(reason, error.to_string());
    match error {
        store::Error::Engine(Engine::Overloaded) => {
            told(Reason::Overloaded).retry_after(OVERLOADED_RETRY)
        }
        store::Error::Engine(Engine::Full(_)) => told(Reason::StoreFull).retry_after(FULL_RETRY),
        store::Error::Engine(Engine::Poisoned | Engine::Closed) => told(Reason::Unavailable),
        error if error.is_outcome_unknown() => told(Reason::OutcomeUnknown),
        error if error.is_passing() => told(Reason::Unavailable),
        error => Fault::internal(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_carries_what_programs_need() {
        let fleet = FleetName::new("orders", ["prod"], "main");
        let id = "pod-1".to_owned();
        let told = Fault::from(Error::InstanceNotFound { fleet, id });
        assert_eq!(told.reason(), Reason::InstanceNotFound);
        assert_eq!(told.metadata()["fleet"], "orders/prod/main");
        let told = Fault::from(Error::AlertNotFound("01a".parse().unwrap()));
        assert_eq!(told.reason(), Reason::AlertNotFound);
        assert_eq!(told.metadata()["alert"], "01a");
        let full = vortex_store::Error::Full(vortex_store::Shortage::Quota);
        let told = Fault::from(Error::Store(full.into()));
        assert_eq!(told.reason(), Reason::StoreFull);
        assert!(told.retry_delay().is_some());
    }
}
