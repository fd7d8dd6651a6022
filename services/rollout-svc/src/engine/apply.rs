//! Applies a command: computes the transition, makes it durable, then publishes it.

use std::sync::Arc;

use tokio::sync::{MutexGuard, RwLockReadGuard, RwLockWriteGuard};
use vortex_store::Revision;

use super::{Entry, Error, Inner, Request};
use crate::{
    domain::{
        AuditEntry, Breaker, Command, Known, Measured, Moment, Rollout, State, Transition,
        analysis::Decision,
    },
    store::{Answer, Writes},
};

/// Locks the breaker: for reading while a rollout goes on by itself, for writing while one rolls
/// back.
enum BreakerHold<'a> {
    /// An operator's command, which the breaker does not stop.
    NotAsked,
    /// Whether the breaker is open decides.
    Read(RwLockReadGuard<'a, (Breaker, Revision)>),
    /// The command is counted if it rolls back.
    Counts(RwLockWriteGuard<'a, (Breaker, Revision)>),
}

impl Inner {
    /// Applies a command durably, and answers the rollout after it. `written` is the entry's lock,
    /// held since before the command was made.
    pub(super) async fn apply(
        &self,
        entry: &Entry,
        written: &mut MutexGuard<'_, Revision>,
        command: Command,
        request: Option<&Request>,
    ) -> Result<Arc<Rollout>, Error> {
        self.apply_knowing(entry, written, command, &Known::NotAsked, request)
            .await
    }

    /// The same, with what is known of the instances.
    pub(super) async fn apply_knowing(
        &self,
        entry: &Entry,
        written: &mut MutexGuard<'_, Revision>,
        mut command: Command,
        known: &Known,
        request: Option<&Request>,
    ) -> Result<Arc<Rollout>, Error> {
        let mut breaker = self.hold_breaker(&command).await;
        if let Command::Judge(judgement) = &mut command {
            judgement.breaker_open = breaker.is_open();
        }
        let now = self.clock.moment();
        let before = entry.rollout();
        let transition = Rollout::clone(&before).step_knowing(command, known, now)?;
        let counted = self.counted(&transition, &breaker, now);
        let change = Change::of(entry, &before, &transition, now);
        let mut writes = Writes::default().stand(&transition.next, **written);
        if let Some(audit) = &transition.audit {
            writes = writes.audit(before.id(), audit);
        }
        if let Some((counted, at)) = &counted {
            writes = writes.breaker(counted, *at);
        }
        writes = change.write(writes, entry, &before, &transition);
        let answer = Answer::Rollout(before.id().clone(), transition.next.standing.clone());
        let answered = request.and_then(|request| request.answered(now.wall, answer));
        if let Some(answered) = &answered {
            writes = writes.request(answered);
        }
        **written = self.commit(writes).await?;
        if let Some((counted, _)) = counted {
            self.set_breaker(&mut breaker, counted, **written);
        }
        if let Some(answered) = answered {
            self.answers.insert(answered);
        }
        Ok(self.publish(entry, transition, change))
    }

    fn publish(&self, entry: &Entry, transition: Transition, change: Change) -> Arc<Rollout> {
        if transition.next.kind().has_ended() {
            self.directory.release(&transition.next.spec);
        }
        entry.publish(&transition, change.measured, change.saved, change.at);
        let shown = entry.rollout();
        if let Some(audit) = &transition.audit {
            self.tell(&shown, audit);
        }
        self.wake(&shown);
        shown
    }

    pub(super) fn tell(&self, rollout: &Rollout, audit: &AuditEntry) {
        self.meters.transition(audit.action);
        tracing::info!(
            rollout = %rollout.id(),
            action = audit.action.name(),
            state = audit.to.name(),
            stage = audit.to_stage,
            generation = audit.generation,
            principal = audit.principal,
            reason = audit.reason,
            "rollout"
        );
    }

    async fn hold_breaker(&self, command: &Command) -> BreakerHold<'_> {
        match command {
            Command::Judge(judgement) => match judgement.decision {
                Decision::RollBack(_) => BreakerHold::Counts(self.breaker.write().await),
                Decision::Promote | Decision::Resume(_) | Decision::Pause(_) | Decision::Hold => {
                    BreakerHold::Read(self.breaker.read().await)
                }
            },
            _ => BreakerHold::NotAsked,
        }
    }

    /// The breaker after a transition that it counts, and when it was last written.
    fn counted(
        &self,
        transition: &Transition,
        breaker: &BreakerHold<'_>,
        now: Moment,
    ) -> Option<(Breaker, Revision)> {
        let BreakerHold::Counts(held) = breaker else {
            return None;
        };
        let (before, at) = &**held;
        let audit = transition.audit.as_ref();
        let counts = audit.is_some_and(AuditEntry::is_automatic_rollback);
        counts.then(|| {
            let id = transition.next.id().clone();
            (before.clone().count(id, now, self.limits), *at)
        })
    }

    fn set_breaker(&self, hold: &mut BreakerHold<'_>, breaker: Breaker, at: Revision) {
        if breaker.is_open() {
            tracing::warn!("the breaker is open: nothing starts or promotes by itself");
        }
        self.shown_breaker.store(Arc::new(breaker.clone()));
        if let BreakerHold::Counts(held) = hold {
            **held = (breaker, at);
        }
    }
}

impl BreakerHold<'_> {
    fn is_open(&self) -> bool {
        match self {
            Self::NotAsked => false,
            Self::Read(held) => held.0.is_open(),
            Self::Counts(held) => held.0.is_open(),
        }
    }
}

/// The measurements after a transition.
struct Change {
    /// The measurements that replace the present ones, if any do.
    measured: Option<Measured>,
    /// The number of the last slice that is stored with the transition.
    saved: u64,
    /// When it happens.
    at: Moment,
}

impl Change {
    fn of(entry: &Entry, before: &Rollout, transition: &Transition, now: Moment) -> Self {
        let next = &transition.next;
        let measured = match before.state() {
            State::Created if next.kind().is_measured() => Some(Measured::begin(next)),
            _ => entry
                .unsaved(|measured, _| measured.after(before, transition, now))
                .flatten(),
        };
        let saved = entry.unsaved(|measured, _| measured.closed());
        Self {
            measured,
            saved: saved.unwrap_or_default(),
            at: now,
        }
    }

    fn write(
        &self,
        writes: Writes,
        entry: &Entry,
        before: &Rollout,
        transition: &Transition,
    ) -> Writes {
        let id = before.id();
        let stored = entry.unsaved(|_, saved| saved).unwrap_or_default();
        if let Some(measured) = &self.measured {
            return writes.measured(id, measured, stored);
        }
        let mut writes = Some(writes);
        let with_measured = |measured: &Measured, stored| {
            let mut amended = measured.clone();
            amended.amend(before, transition, self.at);
            Some(writes.take()?.measured(id, &amended, stored))
        };
        match entry.unsaved(with_measured).flatten() {
            Some(written) => written,
            None => writes.unwrap_or_default(),
        }
    }
}
