//! Follows config-svc's log: starts rollouts of imports that are to be rolled out, and learns which
//! splits a forced release or the end of a label has ended, and which freezes are in force.
//!
//! Invariant **F1**: a change set that waits for a rollout gets one, and never a second by itself,
//! whatever is lost in between. The waiting change sets are listed again after every gap, and a
//! change set that has a rollout here, ended or not, gets no other.

mod supersede;

use std::{collections::BTreeMap, convert::Infallible, sync::Arc, time::Duration};

use serde_json::json;
use tokio::time::{Instant, MissedTickBehavior};
use vortex_backoff::Backoff;
use vortex_kit::{
    context::Context,
    error::{Fault, Reason},
    health::Health,
};

use super::BACKOFF;
use crate::{
    changes::{Awaiting, Changes, Told},
    domain::{Freezes, Rollout, SourcePolicy, StateKind},
    engine::{Error, Rollouts, SourceChange},
};

/// The time limit for starting a rollout.
const START: Duration = Duration::from_secs(5);
/// The interval at which failed starts are tried again, and at which commits are looked for that
/// wait for a rollout.
const AGAIN: Duration = Duration::from_secs(2);
/// How long config-svc may be away before `/health` reports it.
const AWAY: Duration = Duration::from_secs(10);
/// The number of change sets or splits that a degradation names.
const NAMED: usize = 5;
/// The name of this degradation in `/health`.
const CHECK: &str = "sources";
const LOG: &str = "log";
const ORPHANS: &str = "splits";

pub(super) struct Follower {
    rollouts: Rollouts,
    changes: Changes,
    policy: SourcePolicy,
    health: Health,
    /// The token after the last record that was handled.
    token: Option<String>,
    /// Since when the log can't be read.
    away: Option<Instant>,
    backoff: Backoff,
    /// The change sets that could not be started, and why.
    held: BTreeMap<(String, String), Held>,
    /// Whether `/health` tells of change sets that a freeze holds.
    tells_frozen: bool,
    /// The splits that no rollout here moves.
    orphans: Vec<String>,
    /// Whether a change set that was staged for a revert still has to be given up.
    gives_up: bool,
}

/// Why a change set could not be started.
enum Held {
    /// A freeze is in force, as somebody wants it.
    Frozen(String),
    /// Anything else.
    Failed(String),
}

impl Follower {
    pub(super) fn new(
        rollouts: Rollouts,
        changes: Changes,
        policy: SourcePolicy,
        health: Health,
    ) -> Self {
        Self {
            rollouts,
            changes,
            policy,
            health,
            token: None,
            away: None,
            backoff: BACKOFF,
            held: BTreeMap::new(),
            tells_frozen: false,
            orphans: Vec::new(),
            gives_up: false,
        }
    }

    /// Follows the log for as long as the process lives.
    pub(super) async fn run(mut self) {
        loop {
            let Err(fault) = self.follow().await;
            self.note_away(&fault);
            tokio::time::sleep(self.backoff.pause(fastrand::f64())).await;
        }
    }

    /// Follows the log until it breaks off.
    async fn follow(&mut self) -> Result<Infallible, Fault> {
        let mut log = self.changes.follow(self.token.as_deref()).await?;
        // rollouts do not go on by themselves before this is known
        self.learn_freezes().await?;
        // handle first what happened before the log began or while it was away
        if self.token.is_none() {
            self.find_lost().await?;
        }
        self.take_up().await?;
        let mut again = tokio::time::interval(AGAIN);
        again.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let (token, told) = tokio::select! {
                next = log.next() => next?,
                _ = again.tick() => {
                    self.supersede().await?;
                    (None, self.left())
                }
            };
            match told {
                Told::Awaits => self.take_up().await?,
                Told::Ended(splits) => self.ended(&splits).await?,
                Told::LabelGone(label) => self.lose_label(&label).await?,
                Told::Freezes => {
                    self.learn_freezes().await?;
                    self.take_up().await?;
                }
                Told::Nothing => {}
            }
            if token.is_some() {
                self.token = token;
                self.note_back();
            }
        }
    }

    /// Tries again what failed, since the log will not report it again.
    fn left(&self) -> Told {
        let something = !self.held.is_empty() || !self.orphans.is_empty() || self.gives_up;
        match something {
            true => Told::Awaits,
            false => Told::Nothing,
        }
    }

    async fn learn_freezes(&self) -> Result<(), Fault> {
        let freezes = match self.changes.freezes().await {
            // an older config-svc freezes nothing
            Err(fault) if fault.reason() == Reason::MethodUnknown => Freezes::default(),
            freezes => freezes?,
        };
        self.rollouts.set_freezes(freezes);
        Ok(())
    }

    /// Starts rollouts of the change sets that wait for one.
    async fn take_up(&mut self) -> Result<(), Fault> {
        self.gives_up = !self.rollouts.give_up_reverts().await;
        if !self.orphans.is_empty() {
            self.find_orphans().await?;
        }
        let awaiting = self.changes.awaiting().await?;
        self.held.clear();
        for change in awaiting {
            let key = (change.label.clone(), change.name.clone());
            let known = self
                .rollouts
                .rollout_of(&change.label, change.sequence, change.written_at);
            let taken_up = match known {
                Some(known) => begins(&known).map_err(Held::Failed),
                None => self.start(change).await,
            };
            if let Err(why) = taken_up {
                self.held.insert(key, why);
            }
        }
        self.tell();
        Ok(())
    }

    async fn start(&self, change: Awaiting) -> Result<(), Held> {
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
            strategy: self.policy.strategy,
        };
        let context = Context::root().within(START);
        let started = context.scope(self.rollouts.create_by_itself(change)).await;
        started.map(drop).map_err(|error| match error {
            Error::Frozen(freeze) => Held::Frozen(freeze.to_string()),
            error => Held::Failed(error.to_string()),
        })
    }

    /// Looks at all splits: some may have ended without a record, or belong to no rollout here.
    async fn find_lost(&mut self) -> Result<(), Fault> {
        for rollout in self.rollouts.splitting() {
            self.look_for_end(&rollout).await?;
        }
        self.find_orphans().await
    }

    /// Finds the splits that no rollout here moves: nothing would ever end them.
    async fn find_orphans(&mut self) -> Result<(), Fault> {
        let mut orphans = self.rollouts.splits().active().await?;
        orphans.retain(|id| self.known(id).is_none());
        self.orphans = orphans;
        match self.orphans.is_empty() {
            true => self.health.recover(ORPHANS),
            false => {
                let ids = listed(self.orphans.iter().cloned());
                let why = format!(
                    "no rollout here moves these, which hold their documents until config-svc's \
                     EndSplit ends them: {ids}"
                );
                self.health.degrade(ORPHANS, why);
            }
        }
        Ok(())
    }

    /// Handles splits that ended. A rollout that waits for the end of its own split learns of it
    /// from its effect. The change set of a rollout that could not begin waits for another rollout.
    async fn ended(&mut self, splits: &[String]) -> Result<(), Fault> {
        let mut leaves = false;
        for rollout in splits.iter().filter_map(|id| self.known(id)) {
            if !rollout.kind().has_ended() && rollout.pending().is_none() {
                self.look_for_end(&rollout).await?;
            }
            leaves |= rollout.spec.source.is_some() && rollout.state().start_refused().is_some();
        }
        match leaves {
            true => self.take_up().await,
            false => Ok(()),
        }
    }

    /// Handles the end of a label and of its splits.
    async fn lose_label(&self, label: &str) -> Result<(), Fault> {
        for rollout in self.rollouts.of_label(label) {
            self.look_for_end(&rollout).await?;
        }
        Ok(())
    }

    /// Ends a rollout whose split has ended.
    async fn look_for_end(&self, rollout: &Rollout) -> Result<(), Fault> {
        let id = rollout.id();
        let Some(lost) = self.rollouts.splits().lost(id).await? else {
            return Ok(());
        };
        let ended = self.rollouts.lose(id, lost).await;
        ended.map_err(|error| unwritten(rollout, &error))
    }

    fn known(&self, id: &str) -> Option<Arc<Rollout>> {
        self.rollouts.get(&id.parse().ok()?).ok()
    }

    /// Reports in `/health` what could not be started. What a freeze holds is no degradation.
    fn tell(&mut self) {
        let (mut frozen, mut failed) = (Vec::new(), Vec::new());
        for ((label, change), held) in &self.held {
            let (of, why) = match held {
                Held::Frozen(why) => (&mut frozen, why),
                Held::Failed(why) => (&mut failed, why),
            };
            of.push(format!("{change} of label {label}: {why}"));
        }
        match failed.is_empty() {
            true => self.health.recover(CHECK),
            false => {
                let why = format!("not rolled out: {}", listed(failed.into_iter()));
                self.health.degrade(CHECK, why);
            }
        }
        if self.tells_frozen || !frozen.is_empty() {
            self.tells_frozen = !frozen.is_empty();
            frozen.truncate(NAMED);
            self.health.report(CHECK, json!({ "waiting": frozen }));
        }
    }

    fn note_back(&mut self) {
        self.backoff.reset();
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

/// The first of the names, and how many more there are, to keep `/health` short.
fn listed(items: impl ExactSizeIterator<Item = String>) -> String {
    let more = items.len().saturating_sub(NAMED);
    let first: Vec<String> = items.take(NAMED).collect();
    match more {
        0 => first.join("; "),
        more => format!("{}; and {more} more", first.join("; ")),
    }
}

/// Whether the log can no longer be followed from the token.
fn is_lost(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::TokenTooOld
            | Reason::RevisionUnknown
            | Reason::InvalidArgument
            | Reason::MessageTooLarge
    )
}

/// Whether a waiting change set has a rollout that is on its way to its first share.
fn begins(rollout: &Rollout) -> Result<(), String> {
    let id = rollout.id();
    match rollout.kind() {
        StateKind::Created => Err(format!("rollout {id} was created for it and not started")),
        StateKind::Running | StateKind::Paused | StateKind::Completed | StateKind::RolledBack => {
            Ok(())
        }
    }
}

/// The fault after which the log is followed again, from before the record that was not handled.
fn unwritten(rollout: &Rollout, error: &Error) -> Fault {
    tracing::warn!(rollout = %rollout.id(), %error, "the end of its split could not be recorded");
    Fault::new(Reason::Unavailable, error.to_string())
}
