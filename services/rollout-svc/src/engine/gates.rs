//! Has queries and webhooks asked, and takes in what they say.

use std::collections::BTreeMap;

use super::{Entry, Error, Inner, Rollouts, Wake};
use crate::domain::{
    InvalidGate, Round, Spec,
    analysis::{Application, Finding},
};

impl Rollouts {
    /// Wakes the task that asks queries and webhooks.
    pub(crate) fn gates(&self) -> &Wake {
        &self.inner.gates
    }

    /// What queries and webhooks are to be asked about now, if they are.
    pub(crate) fn round(&self, entry: &Entry) -> Option<Round> {
        entry.round(self.now())
    }

    /// Takes in what queries and webhooks say of a rollout's applications, which is judged then.
    pub(crate) fn see_answers(
        &self,
        entry: &Entry,
        round: &Round,
        answers: BTreeMap<Application, Vec<Finding>>,
    ) {
        entry.see_answers(round, answers);
        self.inner.controller.push(entry.rollout().id());
    }
}

impl Inner {
    /// Checks that what a rollout is judged by can be asked.
    pub(super) fn check_gates(&self, spec: &Spec) -> Result<(), Error> {
        self.askable.check(&spec.gates)?;
        for (index, query) in spec.gates.queries.iter().enumerate() {
            if query.text.names_profile() && !spec.has_profiles() {
                let why = "{{profile}} is not one: its documents are of several profiles, or nobody \
                           has said of which; write the profile into the query";
                let place = format!("queries[{index}]");
                return Err(InvalidGate::at(&place, "query", why).into());
            }
        }
        Ok(())
    }
}
