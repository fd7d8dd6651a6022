//! Decides whether a caller may do what it asks.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use vortex_access::{Asked, Decision, Role, decide};

use super::{Caller, Gate};
#[cfg(doc)]
use crate::error::Reason;
use crate::{context::Peer, error::Fault};

/// What a call's caller may do within the call's role: what handlers ask about what only they can
/// look up. A clone is a few pointers.
#[derive(Clone, Debug)]
pub struct Access {
    judging: Option<Judging>,
}

/// Who asks, for which role, and whether anybody has looked.
#[derive(Clone, Debug)]
pub(crate) struct Judging {
    gate: Gate,
    caller: Caller,
    peer: Peer,
    call: Arc<str>,
    role: Role,
    judged: Arc<AtomicBool>,
}

impl Judging {
    /// Of a call that needs a role.
    pub(crate) fn new(
        gate: &Gate,
        caller: &Caller,
        peer: Peer,
        call: Arc<str>,
        role: Role,
    ) -> Self {
        Self {
            gate: gate.clone(),
            caller: caller.clone(),
            peer,
            call,
            role,
            judged: Arc::default(),
        }
    }

    /// Whether nobody knows who the caller is.
    pub(crate) fn is_of_stranger(&self) -> bool {
        self.caller.principal().is_anonymous()
    }

    /// Whether a handler asked what the caller may do.
    pub(crate) fn was_asked(&self) -> bool {
        self.judged.load(Ordering::Acquire)
    }

    /// Waits until what the caller showed is not valid any more.
    pub(crate) fn lost(&self, caller: &Caller) -> impl Future<Output = Fault> + Send + use<> {
        self.gate.lost(caller)
    }

    fn note(&self) {
        self.judged.store(true, Ordering::Release);
    }

    fn decide(&self, asked: Asked<'_>) -> Decision {
        decide(self.caller.principal(), self.role, asked)
    }

    /// Whether the caller may; a denial is counted.
    pub(crate) fn judge(&self, asked: Asked<'_>) -> Result<(), Fault> {
        match self.decide(asked) {
            Decision::Allowed => Ok(()),
            Decision::Denied(denied) => {
                Err(self.gate.deny(&self.caller, self.peer, &self.call, &denied))
            }
        }
    }
}

impl Access {
    /// Access that a server has set up for a call; none where nobody has to say who they are, and
    /// in work of the process' own, which may do everything.
    pub(crate) fn of(judging: Option<&Judging>) -> Self {
        Self {
            judging: judging.cloned(),
        }
    }

    /// Fails unless the caller may do this.
    ///
    /// # Errors
    /// [`Reason::PermissionDenied`], or [`Reason::Unauthenticated`] when the caller has not said who
    /// it is.
    pub fn require(&self, asked: Asked<'_>) -> Result<(), Fault> {
        let Some(judging) = &self.judging else {
            return Ok(());
        };
        judging.note();
        judging.judge(asked)
    }

    /// Whether the caller may see this, of what is filtered.
    pub fn allows(&self, asked: Asked<'_>) -> bool {
        let Some(judging) = &self.judging else {
            return true;
        };
        judging.note();
        judging.decide(asked).is_allowed()
    }

    /// Whether the call only reads, or reports what was read.
    pub fn is_reading(&self) -> bool {
        self.judging
            .as_ref()
            .is_none_or(|judging| judging.role.inherits())
    }

    /// Whether nothing has to be filtered: the caller may see everything.
    pub fn allows_everything(&self) -> bool {
        self.allows(Asked::Cluster)
    }
}
