//! Handles the outcome of an effect.

use std::sync::Arc;

use vortex_kit::error::{Fault, Reason};

use super::{Error, Rollouts};
use crate::{
    domain::{Command, Effect, Lost, Refusal, Refused, Rollout, RolloutId},
    splits::{Sent, Splits},
};

impl Rollouts {
    /// The client of config-svc.
    pub(crate) fn splits(&self) -> &Splits {
        &self.inner.splits
    }

    /// Records config-svc's answer to an effect. An answer to an older effect is ignored.
    ///
    /// # Errors
    /// Fails if it can't be written.
    pub(crate) async fn settle(
        &self,
        id: &RolloutId,
        effect: Effect,
        sent: Sent,
    ) -> Result<(), Error> {
        let generation = effect.generation();
        let command = match sent {
            Sent::Confirmed => Command::Confirm { generation },
            Sent::Lost(lost) => Command::Lose(lost),
            Sent::Refused(fault) => Command::Refuse {
                generation,
                refusal: refusal(&fault),
            },
            Sent::Stays { stage, share, why } => Command::Stay {
                generation,
                stage,
                share,
                why,
            },
        };
        self.note(id, command).await
    }

    /// Records that a rollout's split has ended.
    ///
    /// # Errors
    /// Fails if it can't be written.
    pub(crate) async fn lose(&self, id: &RolloutId, lost: Lost) -> Result<(), Error> {
        self.note(id, Command::Lose(lost)).await
    }

    async fn note(&self, id: &RolloutId, command: Command) -> Result<(), Error> {
        let Ok(entry) = self.entry(id) else {
            return Ok(());
        };
        let mut written = entry.writing.lock().await;
        let noted: Result<Arc<Rollout>, Error> =
            self.inner.apply(&entry, &mut written, command, None).await;
        match noted {
            Ok(_) | Err(Error::Refused(Refused::Passed)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn refusal(fault: &Fault) -> Refusal {
    Refusal {
        reason: fault.reason().name().to_owned(),
        message: fault.message().to_owned(),
        facts: fault.metadata().clone().into_iter().collect(),
    }
}

/// The fault of a refusal, as config-svc sent it.
pub(super) fn fault(refusal: &Refusal) -> Fault {
    // the reason was stored by name; an unknown name comes from a newer version
    let reason = refusal.reason.parse().unwrap_or(Reason::PreconditionFailed);
    let fault = Fault::new(reason, refusal.message.clone());
    let facts = refusal.facts.iter();
    facts.fold(fault, |fault, (name, fact)| fault.with(name.clone(), fact))
}
