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
/// look up. A clone is a pointer.
#[derive(Clone, Debug)]
pub struct Access {
    judging: Option<Arc<Judging>>,
}

/// Where the calls of a method are judged: shared by all of them.
#[derive(Debug)]
pub(crate) struct Bench {
    gate: Gate,
    method: Arc<str>,
    role: Role,
}

/// Who asks, and whether anybody has looked.
#[derive(Debug)]
pub(crate) struct Judging {
    bench: Arc<Bench>,
    caller: Caller,
    peer: Peer,
    judged: AtomicBool,
}

impl Bench {
    /// Of a method that needs a role; none where nobody has to say who they are.
    pub(crate) fn new(gate: &Gate, method: Arc<str>, role: Role) -> Option<Arc<Self>> {
        let gate = gate.is_required().then(|| gate.clone())?;
        Some(Arc::new(Self { gate, method, role }))
    }
}

impl Judging {
    /// Of one call.
    pub(crate) fn new(bench: &Arc<Bench>, caller: &Caller, peer: Peer) -> Arc<Self> {
        Arc::new(Self {
            bench: bench.clone(),
            caller: caller.clone(),
            peer,
            judged: AtomicBool::new(false),
        })
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
        self.bench.gate.lost(caller)
    }

    fn note(&self) {
        self.judged.store(true, Ordering::Release);
    }

    fn decide(&self, asked: Asked<'_>) -> Decision {
        decide(self.caller.principal(), self.bench.role, asked)
    }

    /// Whether the caller may do this anywhere, so that it does not matter what is asked for.
    pub(crate) fn allows_everything(&self) -> bool {
        self.decide(Asked::Cluster).is_allowed()
    }

    /// Whether the caller may; a denial is counted.
    pub(crate) fn judge(&self, asked: Asked<'_>) -> Result<(), Fault> {
        match self.decide(asked) {
            Decision::Allowed => Ok(()),
            Decision::Denied(denied) => {
                let Bench { gate, method, .. } = &*self.bench;
                Err(gate.deny(&self.caller, self.peer, method, &denied))
            }
        }
    }
}

impl Access {
    /// Access that a server has set up for a call; none where nobody has to say who they are, and
    /// in work of the process' own, which may do everything.
    pub(crate) fn of(judging: Option<&Arc<Judging>>) -> Self {
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
            .is_none_or(|judging| judging.bench.role.inherits())
    }

    /// Whether nothing has to be filtered: the caller may see everything.
    pub fn allows_everything(&self) -> bool {
        self.allows(Asked::Cluster)
    }
}
