//! All rollouts of this process: read from memory, and each changed by one command at a time.
//!
//! Invariants, besides those of the domain:
//! - **E1** Readers see only durable state: a transition is published after its commit.
//! - **E2** State, effect, audit entry, answer and breaker of a transition are one transaction.
//! - **E3** After the store has failed nothing more is written: the writes of a failed sync are
//!   answered as unknown, all others as unavailable. A write that the store refuses
//!   because the disk is full did not happen, and the next command is tried.
//! - **E4** A change set that was staged to take a rollout back is rolled out or given up.

mod answers;
mod apply;
mod begin;
mod create;
mod directory;
mod entry;
mod error;
mod evaluate;
mod follow;
mod forget;
mod freezes;
mod gates;
mod instances;
mod keys;
mod known;
mod orders;
mod read;
mod request;
mod revert;
mod settle;
mod steady_clock;
mod supersede;
mod transitions;
mod wake;
mod windows;

pub(crate) use create::{Draft, MAX_DESCRIPTION, SourceChange};
pub(crate) use entry::{Delivery, Entry};
pub(crate) use error::Error;
pub(crate) use forget::Keep;
pub(crate) use read::{AnalysisView, PageAfter};
pub(crate) use request::{Reported, Request};
pub(crate) use revert::Revert;
pub(crate) use transitions::{Place, Transition, Wanted};
pub(crate) use wake::Wake;
pub(crate) use windows::Part;

use std::{
    collections::BTreeSet,
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use arc_swap::{ArcSwap, ArcSwapOption};
use tokio::sync::RwLock;
use vortex_kit::clock::Clock;
use vortex_store::Revision;

use crate::{
    domain::{Breaker, BreakerLimits, Freezes, Measured, Moment, Rollout, RolloutId},
    drift::Drift,
    gates::Askable,
    meters::Meters,
    splits::Splits,
    store::{Loaded, RolloutStore, Writes},
};
use answers::Answers;
use directory::Directory;
use steady_clock::SteadyClock;

/// All rollouts of this process. Clones are cheap.
#[derive(Clone)]
pub(crate) struct Rollouts {
    inner: Arc<Inner>,
}

struct Inner {
    store: RolloutStore,
    splits: Splits,
    /// `None` where there is no drift-svc.
    drift: Option<Drift>,
    directory: Directory,
    /// The breaker, and when it was last written. It is locked for reading while a rollout goes on
    /// by itself, and for writing while one rolls back by itself, so that neither happens between
    /// the other's decision and its commit.
    breaker: RwLock<(Breaker, Revision)>,
    shown_breaker: ArcSwap<Breaker>,
    limits: BreakerLimits,
    /// The freezes, once config-svc has told them.
    freezes: ArcSwapOption<Freezes>,
    answers: Answers,
    /// The rollouts that are being taken back, for which a change set may be staged that is not
    /// rolled out yet. Locked meanwhile.
    reverting: tokio::sync::Mutex<BTreeSet<RolloutId>>,
    clock: SteadyClock,
    /// The millisecond of the newest id.
    newest: Mutex<u64>,
    meters: Meters,
    outbox: Wake,
    controller: Wake,
    instances: Wake,
    gates: Wake,
    /// What queries and webhooks may be asked.
    askable: Askable,
    failed: AtomicBool,
}

impl Rollouts {
    /// Reads the rollouts from `store`.
    ///
    /// # Errors
    /// Fails if they can't be read.
    pub(crate) async fn open(
        store: RolloutStore,
        splits: Splits,
        drift: Option<Drift>,
        askable: Askable,
        limits: BreakerLimits,
        clock: Arc<dyn Clock>,
        meters: Meters,
    ) -> Result<Self, crate::store::Error> {
        let Loaded {
            rollouts,
            breaker,
            requests,
            reverting,
        } = store.load().await?;
        let there = rollouts.iter().map(|(rollout, _)| rollout.id().to_string());
        match store.sweep_orphans(&there.collect()).await {
            // the next start sweeps them
            Err(error) if error.is_passing() => tracing::warn!(%error, "nothing was swept"),
            swept => swept?,
        }
        let moments = rollouts.iter().map(|(rollout, _)| rollout.standing.updated);
        let clock = SteadyClock::new(clock, moments.map(|moment| moment.steady).max());
        let directory = Directory::default();
        for (rollout, revision) in rollouts {
            let measured = if rollout.kind().is_measured() {
                let stored = store.measured(rollout.id()).await?;
                // measurements that were too large to be stored begin anew
                Some(stored.unwrap_or_else(|| Measured::begin(&rollout)))
            } else {
                None
            };
            directory.insert(Arc::new(Entry::new(rollout, revision, measured)));
        }
        let opened = Inner {
            store,
            splits,
            drift,
            directory,
            shown_breaker: ArcSwap::from_pointee(breaker.0.clone()),
            breaker: RwLock::new(breaker),
            limits,
            freezes: ArcSwapOption::empty(),
            answers: Answers::of(requests),
            reverting: tokio::sync::Mutex::new(reverting),
            clock,
            newest: Mutex::default(),
            meters,
            outbox: Wake::default(),
            controller: Wake::default(),
            instances: Wake::default(),
            gates: Wake::default(),
            askable,
            failed: AtomicBool::new(false),
        };
        for entry in opened.directory.all() {
            opened.wake(&entry.rollout());
        }
        Ok(Self {
            inner: Arc::new(opened),
        })
    }

    /// The present moment, by both clocks.
    pub(crate) fn now(&self) -> Moment {
        self.inner.clock.moment()
    }

    /// Wakes the outbox for rollouts that have something to send.
    pub(crate) fn outbox(&self) -> &Wake {
        &self.inner.outbox
    }

    /// Wakes the controller for rollouts that are to be judged.
    pub(crate) fn controller(&self) -> &Wake {
        &self.inner.controller
    }

    /// The store of the rollouts.
    pub(crate) fn store(&self) -> &RolloutStore {
        &self.inner.store
    }

    /// Whether nothing can be written until the process restarts.
    pub(crate) fn has_store_failed(&self) -> bool {
        self.inner.has_store_failed()
    }
}

impl Inner {
    fn has_store_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    fn wake(&self, rollout: &Rollout) {
        if rollout.pending().is_some() {
            self.outbox.push(rollout.id());
        }
        if rollout.kind().is_measured() {
            self.controller.push(rollout.id());
        }
    }

    async fn commit(&self, writes: Writes) -> Result<Revision, Error> {
        if self.has_store_failed() {
            return Err(Error::StoreFailed);
        }
        let error = match self.store.commit(writes).await {
            Ok(revision) => return Ok(revision),
            Err(error) => error,
        };
        if !error.is_final() {
            return Err(error.into());
        }
        if !self.failed.swap(true, Ordering::Relaxed) {
            tracing::error!(%error, "the store failed; nothing more is written");
        }
        match error.is_outcome_unknown() {
            true => Err(Error::OutcomeUnknown),
            false => Err(Error::StoreFailed),
        }
    }
}

impl fmt::Debug for Rollouts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rollouts").finish_non_exhaustive()
    }
}
