//! Follows config-svc's log: starts rollouts of what sources import to be rolled out,
//! and learns of splits that a forced release has ended.
//!
//! Invariant **F1**: a change set that awaits a rollout gets one, and never a second by itself,
//! whatever is lost in between: what waits is listed anew after every gap, and a change set that
//! has a rollout here, ended or not, gets no other.

use std::{collections::BTreeMap, convert::Infallible, time::Duration};

use tokio::time::{Instant, MissedTickBehavior};
use vortex_kit::{
    context::Context,
    error::{Fault, Reason},
    health::Health,
};

use super::backoff::Backoff;
use crate::{
    changes::{Awaiting, Changes, Told},
    domain::{Preset, Rollout, RolloutId, StateKind},
    engine::{Error, Rollouts, SourceChange},
};

/// Time to start a rollout.
const START: Duration = Duration::from_secs(5);
/// How often what could not be started is tried again.
const AGAIN: Duration = Duration::from_secs(2);
/// How long config-svc may be away before that is a degradation.
const AWAY: Duration = Duration::from_secs(10);
/// What `/health` knows this by.
const CHECK: &str = "sources";
const LOG: &str = "log";

pub(super) struct Follower {
    rollouts: Rollouts,
    changes: Changes,
    preset: Preset,
    health: Health,
    /// Behind the last of the log that was taken in.
    token: Option<String>,
    /// Since when the log can't be read.
    away: Option<Instant>,
    backoff: Backoff,
    /// Change sets that could not be started, and why.
    held: BTreeMap<(String, String), String>,
}

impl Follower {
    pub(super) fn new(
        rollouts: Rollouts,
        changes: Changes,
        preset: Preset,
        health: Health,
    ) -> Self {
        Self {
            rollouts,
            changes,
            preset,
            health,
            token: None,
            away: None,
            backoff: Backoff::new(),
            held: BTreeMap::new(),
        }
    }

    /// Follows for as long as the process lives.
    pub(super) async fn run(mut self) {
        loop {
            let Err(fault) = self.follow().await;
            self.note_away(&fault);
            tokio::time::sleep(self.backoff.pause()).await;
        }
    }

    /// Follows until the log breaks off.
    async fn follow(&mut self) -> Result<Infallible, Fault> {
        let mut log = self.changes.follow(self.token.as_deref()).await?;
        // what happened before the log began, and while it was away
        self.find_detached().await?;
        self.take_up().await?;
        let mut again = tokio::time::interval(AGAIN);
        again.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let told = tokio::select! {
                next = log.next() => {
                    let (token, told) = next?;
                    self.token = Some(token);
                    self.note_back();
                    told
                }
                _ = again.tick(), if !self.held.is_empty() => Told::Awaits,
            };
            match told {
                Told::Awaits => self.take_up().await?,
                Told::Detached { splits, why } => self.detach(&splits, &why).await,
                Told::Nothing => {}
            }
        }
    }

    /// Starts rollouts of the change sets that wait for one.
    async fn take_up(&mut self) -> Result<(), Fault> {
        self.give_up_replaced().await?;
        let awaiting = self.changes.awaiting().await?;
        self.held.clear();
        for change in awaiting {
            let key = (change.label.clone(), change.name.clone());
            let taken_up = match self.rollouts.rollout_of(&change.label, change.sequence) {
                Some(known) if known.kind() == StateKind::Created => Err(format!(
                    "rollout {} was created for it and not started",
                    known.id()
                )),
                Some(_) => Ok(()),
                None => self.start(change).await,
            };
            if let Err(why) = taken_up {
                self.held.insert(key, why);
            }
        }
        self.tell();
        Ok(())
    }

    async fn start(&self, change: Awaiting) -> Result<(), String> {
        let Awaiting {
            label,
            name,
            source,
            message,
            ..
        } = change;
        let change = SourceChange {
            label,
            change: name,
            source,
            description: message,
            preset: self.preset,
        };
        let context = Context::root().within(START);
        let started = context.scope(self.rollouts.create_by_itself(change)).await;
        started.map(drop).map_err(|error| error.to_string())
    }

    /// Ends rollouts of change sets whose place the next import took before anybody got them.
    async fn give_up_replaced(&self) -> Result<(), Fault> {
        for rollout in self.rollouts.never_begun() {
            let spec = &rollout.spec;
            if self.changes.is_given_up(&spec.label, &spec.change).await? {
                let why = format!("the next import of {} took its place", spec.label);
                let ended = self.rollouts.roll_back_by_itself(&spec.id, why).await;
                warn_of(&rollout, ended);
            }
        }
        Ok(())
    }

    /// Looks at the splits of all rollouts: one may have been ended unheard.
    async fn find_detached(&mut self) -> Result<(), Fault> {
        if self.token.is_some() {
            // the log goes on where it broke off
            return Ok(());
        }
        for rollout in self.rollouts.splitting() {
            if self.rollouts.splits().is_detached(rollout.id()).await? {
                let why = "a forced release ended its split".to_owned();
                warn_of(&rollout, self.rollouts.detach(rollout.id(), why).await);
            }
        }
        Ok(())
    }

    async fn detach(&self, splits: &[String], why: &str) {
        for id in splits {
            let id = id.parse::<RolloutId>().ok();
            let Some(rollout) = id.and_then(|id| self.rollouts.get(&id).ok()) else {
                continue;
            };
            let detached = self.rollouts.detach(rollout.id(), why.to_owned()).await;
            warn_of(&rollout, detached);
        }
    }

    /// Says in `/health` what could not be started.
    fn tell(&self) {
        if self.held.is_empty() {
            self.health.recover(CHECK);
            return;
        }
        let held = self.held.iter();
        let held = held.map(|((label, change), why)| format!("{change} of label {label}: {why}"));
        let held: Vec<String> = held.collect();
        let why = format!("not rolled out: {}", held.join("; "));
        self.health.degrade(CHECK, why);
    }

    fn note_back(&mut self) {
        self.backoff = Backoff::new();
        if self.away.take().is_some() {
            self.health.recover(LOG);
        }
    }

    fn note_away(&mut self, fault: &Fault) {
        if is_lost(fault.reason()) {
            self.token = None;
        }
        tracing::debug!(%fault, "config-svc's log broke off");
        let since = *self.away.get_or_insert_with(Instant::now);
        if since.elapsed() >= AWAY {
            let why = format!("config-svc's log can't be read: {fault}");
            self.health.degrade(LOG, why);
        }
    }
}

/// Whether the log can't be followed from the token on any more.
fn is_lost(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::TokenTooOld | Reason::RevisionUnknown | Reason::InvalidArgument
    )
}

fn warn_of<T>(rollout: &Rollout, written: Result<T, Error>) {
    if let Err(error) = written {
        tracing::warn!(rollout = %rollout.id(), %error, "what became of its split is not written");
    }
}
