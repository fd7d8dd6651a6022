//! The moves that are possible from each state, whoever asks for them.

use vortex_bucket::Share;

use super::intent::Intent;
use crate::domain::{
    Action, Effect, Hold, Known, Moment, Motion, Paused, Refused, Removal, RolledBack, Rollout,
    Running, State, Transition,
};

/// The reason why a rollout that has rolled back or completed accepts no more commands.
pub(super) const ENDED: &str = "it has ended";
const NOT_STARTED: &str = "it was not started";
const RELEASING: &str = "it is being completed; only a rollback can still prevent that";
const NOT_BEGUN: &str = "its first share is not in force yet, so there is nothing to complete";

impl Rollout {
    pub(super) fn go_on(
        self,
        (stage, in_force): (u32, Share),
        intent: Intent,
        known: &Known,
        now: Moment,
    ) -> Result<Transition, Refused> {
        match self.spec.stages.after(stage) {
            Some(next) => Ok(self.move_to((next, in_force), Action::Promote, intent, known, now)),
            None => self.release(Action::Promote, intent, now),
        }
    }

    pub(super) fn move_to(
        mut self,
        (stage, in_force): (u32, Share),
        action: Action,
        intent: Intent,
        known: &Known,
        now: Moment,
    ) -> Transition {
        let share_reason = self.raise(stage, known);
        let running = State::Running(Running {
            stage,
            in_force,
            motion: Motion::Moving,
        });
        let effect = Effect::SetShare {
            share: self.target(stage),
            generation: self.standing.generation + 1,
        };
        let mut transition = self.enter(running, action, intent, Some(effect), now);
        if let Some(audit) = &mut transition.audit {
            audit.share_reason = share_reason;
        }
        transition
    }

    /// Raises the share of a stage for the instances that are known. What was raised before stays,
    /// as long as the stage is below it. Answers what is to be said.
    fn raise(&mut self, stage: u32, known: &Known) -> String {
        let planned = self.spec.stages.at(stage).share;
        let outcome = known.raise(planned, self.spec.wanted());
        let before = self.standing.raised;
        let all = [before, outcome.raised].into_iter().flatten();
        let raised = all
            .max_by_key(|raised| raised.share)
            .filter(|raised| raised.share > planned);
        self.standing.raised = raised;
        match raised {
            Some(raised) if outcome.said.is_empty() || outcome.raised.is_some() => {
                raised.reason(planned)
            }
            _ => outcome.said,
        }
    }

    /// Pauses; `clears` says whether slices that pass may end it.
    pub(super) fn hold(
        self,
        intent: Intent,
        clears: bool,
        now: Moment,
    ) -> Result<Transition, Refused> {
        let (stage, in_force) = self.place()?;
        let hold = match self.state().settled_since() {
            Some(since) => Hold::Settled { since },
            None => Hold::Moving,
        };
        let why = intent.reason.clone();
        let paused = State::Paused(Paused {
            stage,
            in_force,
            hold,
            why,
            clears,
        });
        Ok(self.enter(paused, Action::Pause, intent, None, now))
    }

    pub(super) fn release(
        self,
        action: Action,
        intent: Intent,
        now: Moment,
    ) -> Result<Transition, Refused> {
        let (stage, in_force) = self.place()?;
        if in_force == Share::NONE {
            return Err(self.wrong(NOT_BEGUN));
        }
        let running = State::Running(Running {
            stage,
            in_force,
            motion: Motion::Releasing,
        });
        let generation = self.standing.generation + 1;
        let effect = Effect::Release { generation };
        Ok(self.enter(running, action, intent, Some(effect), now))
    }

    /// Rolls back. That wins over everything but an end.
    pub(super) fn roll_back(self, intent: Intent, now: Moment) -> Result<Transition, Refused> {
        let (stage, from_share) = match self.state() {
            State::Running(running) => (running.stage, running.in_force),
            State::Paused(paused) => (paused.stage, paused.in_force),
            State::Created => return Err(self.wrong("it was not started; delete it instead")),
            State::Completed(_) | State::RolledBack(_) => {
                return Err(self.wrong(ENDED));
            }
        };
        let rolled_back = State::RolledBack(RolledBack {
            stage,
            from_share,
            at: now,
            removal: Removal::Pending,
            why: intent.reason.clone(),
            start_refused: None,
        });
        let generation = self.standing.generation + 1;
        let effect = Effect::Remove { generation };
        Ok(self.enter(rolled_back, Action::RollBack, intent, Some(effect), now))
    }

    /// The stage and the share in force of a rollout that can go on.
    pub(super) fn place(&self) -> Result<(u32, Share), Refused> {
        match self.state() {
            State::Running(running) if running.motion == Motion::Releasing => {
                Err(self.wrong(RELEASING))
            }
            State::Running(running) => Ok((running.stage, running.in_force)),
            State::Paused(paused) => Ok((paused.stage, paused.in_force)),
            State::Created => Err(self.wrong(NOT_STARTED)),
            State::Completed(_) | State::RolledBack(_) => Err(self.wrong(ENDED)),
        }
    }

    pub(super) fn wrong(&self, why: &'static str) -> Refused {
        Refused::WrongState {
            state: self.kind(),
            why,
        }
    }
}
