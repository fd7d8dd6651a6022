//! What comes of an effect.

use std::sync::Arc;

use super::{Error, Rollouts};
use crate::{
    domain::{Command, Effect, Refused, Rollout, RolloutId},
    splits::{Sent, Splits},
};

impl Rollouts {
    /// The way to config-svc.
    pub fn splits(&self) -> &Splits {
        &self.inner.splits
    }

    /// Writes down what config-svc said of an effect. What is about an older one is ignored.
    ///
    /// # Errors
    /// It can't be written.
    pub async fn settle(&self, id: &RolloutId, effect: Effect, sent: Sent) -> Result<(), Error> {
        let generation = effect.generation();
        let command = match sent {
            Sent::Confirmed => Command::Confirm { generation },
            Sent::FoundReleased => Command::FindReleased { generation },
            Sent::Refused(why) => Command::Refuse { generation, why },
        };
        self.note(id, command).await
    }

    /// Writes down that somebody else ended a rollout's split.
    ///
    /// # Errors
    /// It can't be written.
    pub async fn detach(&self, id: &RolloutId, why: String) -> Result<(), Error> {
        self.note(id, Command::Detach { why }).await
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
