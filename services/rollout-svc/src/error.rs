//! Converts errors to the faults that callers see.

use std::time::Duration;

use vortex_kit::error::{Fault, Reason};

use crate::{
    domain::{Freeze, InvalidGate, Refused, ReportRefused},
    engine::Error,
};

/// The delay before a retry when too many writes are waiting.
const OVERLOADED_RETRY: Duration = Duration::from_millis(200);

/// The delay before a retry while the disk is full: an operator has to make room.
const FULL_RETRY: Duration = Duration::from_secs(10);

pub(crate) fn fault(error: &Error) -> Fault {
    let told = |reason| Fault::new(reason, error.to_string());
    match error {
        Error::NotFound(id) => told(Reason::RolloutNotFound).with("rollout", id),
        Error::Refused(why) => refused(why),
        Error::Report(why) => report_refused(why),
        Error::Conflict { path, by } => told(Reason::RolloutConflict)
            .with("path", path)
            .with("rollout", by),
        Error::RequestIdReused(id) => told(Reason::RequestIdReused).with("idempotency_key", id),
        Error::Gate(InvalidGate { field, why }) => Fault::invalid(field, why),
        Error::TooManyApps { .. } => Fault::invalid("apps", error.to_string()),
        Error::TooManyRollouts(most) => told(Reason::Overloaded).with("limit_rollouts", most),
        Error::BreakerOpen => {
            told(Reason::PreconditionFailed).precondition("breaker", "breaker", "it is open")
        }
        Error::Frozen(freeze) => frozen(told(Reason::Frozen), freeze),
        Error::Config(fault) => fault.clone(),
        Error::Overloaded => told(Reason::Overloaded).retry_after(OVERLOADED_RETRY),
        Error::StoreFull(_) => told(Reason::StoreFull).retry_after(FULL_RETRY),
        Error::StoreAway(_) => told(Reason::Unavailable),
        Error::OutcomeUnknown => told(Reason::OutcomeUnknown),
        Error::StoreFailed => told(Reason::Unavailable),
        Error::Store(damage) if damage.is_damage() => {
            tracing::error!(error = %damage, "the store is damaged");
            told(Reason::StoreDamaged)
        }
        Error::Store(error) => Fault::internal(error),
    }
}

/// The freeze that refuses something, for programs, as config-svc tells it.
fn frozen(fault: Fault, freeze: &Freeze) -> Fault {
    let fault = fault
        .with("freeze", &freeze.id)
        .with("reason", &freeze.reason)
        .with("by", &freeze.by);
    match freeze.until {
        Some(until) => fault.with("until", until),
        None => fault,
    }
}

fn refused(refused: &Refused) -> Fault {
    let told = |reason| Fault::new(reason, refused.to_string());
    match refused {
        Refused::WrongState { state, .. } => {
            told(Reason::RolloutWrongState).with("state", state.name())
        }
        Refused::AtOtherStage { expected, found } => told(Reason::PreconditionFailed)
            .with("stage", found)
            .precondition(
                "stage",
                "expected_stage",
                format!(
                    "stage {} was expected, but the rollout is at {} (counted from 1)",
                    u64::from(*expected) + 1,
                    u64::from(*found) + 1
                ),
            ),
        Refused::Passed | Refused::Held(_) => told(Reason::RolloutWrongState),
    }
}

fn report_refused(refused: &ReportRefused) -> Fault {
    let told = |reason| Fault::new(reason, refused.to_string());
    match refused {
        ReportRefused::NotMeasured(state) => {
            told(Reason::RolloutWrongState).with("state", state.name())
        }
        ReportRefused::Outdated { present, .. } => {
            told(Reason::GenerationOutdated).with("generation", present)
        }
        ReportRefused::Before { since, .. } => {
            told(Reason::GenerationOutdated).with("in_force_since", since)
        }
        ReportRefused::Invalid { index, field, why } => {
            Fault::invalid(format!("reports[{index}].{field}"), why)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::StateKind;

    #[test]
    fn a_refusal_carries_what_programs_need() {
        let id = "01hw5yzt8k2q9f3m".parse().unwrap();
        let told = fault(&Error::NotFound(id));
        assert_eq!(told.reason(), Reason::RolloutNotFound);
        assert_eq!(told.metadata()["rollout"], "01hw5yzt8k2q9f3m");

        let told = fault(&Error::Refused(Refused::WrongState {
            state: StateKind::RolledBack,
            why: "it has ended",
        }));
        assert_eq!(told.reason(), Reason::RolloutWrongState);
        assert_eq!(told.metadata()["state"], "rolled_back");

        let told = fault(&Error::Refused(Refused::AtOtherStage {
            expected: 1,
            found: 2,
        }));
        assert_eq!(told.reason(), Reason::PreconditionFailed);
        assert_eq!(told.metadata()["stage"], "2");
        assert_eq!(told.preconditions()[0].subject, "expected_stage");
    }

    #[test]
    fn refused_figures_name_the_report_or_the_generation() {
        let told = fault(&Error::Report(ReportRefused::Invalid {
            index: 3,
            field: "window_end",
            why: "it is in the future".to_owned(),
        }));
        assert_eq!(told.fields()[0].field, "reports[3].window_end");

        let told = fault(&Error::Report(ReportRefused::Outdated {
            given: 1,
            present: 2,
        }));
        assert_eq!(told.reason(), Reason::GenerationOutdated);
        assert_eq!(told.metadata()["generation"], "2");
    }

    #[test]
    fn what_config_svc_said_is_passed_on() {
        let said = Fault::new(Reason::NoBaseline, "nothing is stable").with("change", "v2");
        assert_eq!(fault(&Error::Config(said.clone())), said);
    }
}
