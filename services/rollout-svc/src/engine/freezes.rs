//! What freezes keep from going on. config-svc refuses it in any case; here it is said before
//! anything is written.

use std::sync::Arc;

use super::{Error, Inner, Rollouts};
use crate::domain::{Freeze, Freezes, Rollout, Spec, State};

impl Rollouts {
    /// Takes in the freezes that config-svc has. Rollouts that were kept may go on.
    pub(crate) fn set_freezes(&self, freezes: Freezes) {
        let inner = &self.inner;
        if inner.freezes.load().as_deref() == Some(&freezes) {
            return;
        }
        inner.freezes.store(Some(Arc::new(freezes)));
        for entry in inner.directory.all() {
            inner.wake(&entry.rollout());
        }
    }
}

impl Inner {
    /// The freeze that keeps a rollout from going on now.
    pub(super) fn freeze_of(&self, spec: &Spec) -> Option<Freeze> {
        let now = self.clock.moment().wall;
        self.freezes.load().as_ref()?.of(spec, now).cloned()
    }

    /// Whether a rollout may not go on by itself: a freeze keeps it, or it is not known yet whether
    /// one does.
    pub(super) fn is_frozen(&self, spec: &Spec) -> bool {
        self.freezes.load().is_none() || self.freeze_of(spec).is_some()
    }

    /// Checks that no freeze keeps a rollout from going on.
    pub(super) fn check_thawed(&self, spec: &Spec) -> Result<(), Error> {
        match self.freeze_of(spec) {
            Some(freeze) => Err(Error::Frozen(Box::new(freeze))),
            None => Ok(()),
        }
    }

    /// Why a freeze keeps a rollout from going on by itself, if one does.
    pub(super) fn frozen_because(&self, rollout: &Rollout) -> Option<String> {
        let goes_on = matches!(rollout.state(), State::Running(_)) && rollout.pending().is_none();
        let freeze = self.freeze_of(&rollout.spec).filter(|_| goes_on)?;
        Some(freeze.to_string())
    }
}
