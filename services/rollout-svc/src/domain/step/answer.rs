//! Handles config-svc's answer to an effect, and the end of a split.

use vortex_bucket::Share;

use super::intent::Intent;
use crate::domain::{
    Action, Completed, Detached, Effect, Ending, Hold, Lost, Moment, Motion, Paused, Raised,
    Refusal, Refused, Removal, RolledBack, Rollout, Running, State, Transition,
};

impl Rollout {
    pub(super) fn confirm(self, generation: u64, now: Moment) -> Result<Transition, Refused> {
        self.check_current(generation)?;
        match self.state().clone() {
            State::Running(Running {
                stage,
                motion: Motion::Moving,
                ..
            }) => {
                let motion = Motion::Settled { since: now };
                let in_force = self.target(stage);
                Ok(self.note(
                    State::Running(Running {
                        stage,
                        in_force,
                        motion,
                    }),
                    now,
                ))
            }
            State::Paused(Paused {
                stage,
                hold: Hold::Moving,
                why,
                clears,
                ..
            }) => {
                let hold = Hold::Settled { since: now };
                let in_force = self.target(stage);
                Ok(self.note(
                    State::Paused(Paused {
                        stage,
                        in_force,
                        hold,
                        why,
                        clears,
                    }),
                    now,
                ))
            }
            State::Running(Running {
                stage,
                motion: Motion::Releasing,
                ..
            }) => {
                let intent = Intent::own("the change set is stable".to_owned());
                let completed = State::Completed(Completed { stage, at: now });
                Ok(self.enter(completed, Action::Complete, intent, None, now))
            }
            State::RolledBack(mut rolled_back) => {
                rolled_back.removal = Removal::Confirmed;
                Ok(self.note(State::RolledBack(rolled_back), now))
            }
            _ => Err(Refused::Passed),
        }
    }

    /// Ends a rollout whose effect config-svc refuses for good. The effect may have begun something
    /// all the same, and must not begin it later, so a removal is sent in any case.
    pub(super) fn refuse(
        self,
        generation: u64,
        refusal: Refusal,
        now: Moment,
    ) -> Result<Transition, Refused> {
        self.check_current(generation)?;
        let intent = Intent::own(format!("config-svc refused it: {}", refusal.message));
        let (stage, from_share) = match self.state().clone() {
            State::Running(running) => (running.stage, running.in_force),
            State::Paused(paused) => (paused.stage, paused.in_force),
            State::RolledBack(mut rolled_back) => {
                let why = refusal.message;
                rolled_back.removal = Removal::Refused(Detached { why });
                let state = State::RolledBack(rolled_back);
                return Ok(self.enter(state, Action::Detach, intent, None, now));
            }
            State::Created | State::Completed(_) => return Err(Refused::Passed),
        };
        let state = State::RolledBack(RolledBack {
            stage,
            from_share,
            at: now,
            removal: Removal::Pending,
            why: intent.reason.clone(),
            start_refused: (from_share == Share::NONE).then_some(refusal),
        });
        let generation = self.standing.generation + 1;
        let effect = Effect::Remove { generation };
        Ok(self.enter(state, Action::Detach, intent, Some(effect), now))
    }

    /// Takes a rollout to the stage whose share readers get, since its effect did not come through.
    /// That share is sent with a generation of its own, so that the effect can't come through later.
    pub(super) fn stay(
        mut self,
        generation: u64,
        (stage, share): (u32, Share),
        why: String,
        now: Moment,
    ) -> Result<Transition, Refused> {
        self.check_current(generation)?;
        let state = match self.state().clone() {
            State::Running(Running { in_force, .. }) => State::Running(Running {
                stage,
                in_force,
                motion: Motion::Moving,
            }),
            State::Paused(paused) => State::Paused(Paused {
                stage,
                hold: Hold::Moving,
                ..paused
            }),
            State::Created | State::Completed(_) | State::RolledBack(_) => {
                return Err(Refused::Passed);
            }
        };
        let raised = share > self.spec.stages.at(stage).share;
        let before = self.standing.raised;
        self.standing.raised = raised.then(|| Raised {
            share,
            wanted: before.map_or(self.spec.wanted(), |raised| raised.wanted),
            known: before.map_or(0, |raised| raised.known),
        });
        let effect = Effect::SetShare {
            share: self.target(stage),
            generation: generation + 1,
        };
        Ok(self.enter(state, Action::Stay, Intent::own(why), Some(effect), now))
    }

    /// Ends a rollout whose split has ended: it holds nothing any more.
    pub(super) fn lose(self, lost: Lost, now: Moment) -> Result<Transition, Refused> {
        let (stage, from_share) = match self.state().clone() {
            State::Running(running) => (running.stage, running.in_force),
            State::Paused(paused) => (paused.stage, paused.in_force),
            State::RolledBack(rolled_back) if rolled_back.removal == Removal::Pending => {
                return Ok(self.find_removed(rolled_back, &lost, now));
            }
            State::Created | State::Completed(_) | State::RolledBack(_) => {
                return Err(Refused::Passed);
            }
        };
        if lost.how == Ending::Released {
            let why = lost.why.clone();
            return Ok(self.complete_by(stage, &lost, why, now));
        }
        let intent = Intent::of_end(&lost, lost.why.clone());
        let state = State::RolledBack(RolledBack {
            stage,
            from_share,
            at: now,
            removal: Removal::Confirmed,
            why: format!("detached: {}", lost.why),
            start_refused: None,
        });
        Ok(self.enter(state, Action::Detach, intent, None, now))
    }

    /// Handles a rollback whose split has already ended.
    fn find_removed(self, mut rolled_back: RolledBack, lost: &Lost, now: Moment) -> Transition {
        rolled_back.removal = Removal::Confirmed;
        match lost.how {
            Ending::Released => {
                let why = "the change set had become stable before the rollback came; revert it \
                           instead";
                self.complete_by(rolled_back.stage, lost, why.to_owned(), now)
            }
            Ending::Removed => self.note(State::RolledBack(rolled_back), now),
            Ending::Detached => {
                let intent = Intent::of_end(lost, lost.why.clone());
                let state = State::RolledBack(rolled_back);
                self.enter(state, Action::Detach, intent, None, now)
            }
        }
    }

    fn complete_by(self, stage: u32, lost: &Lost, why: String, now: Moment) -> Transition {
        let completed = State::Completed(Completed { stage, at: now });
        let intent = Intent::of_end(lost, why);
        self.enter(completed, Action::Complete, intent, None, now)
    }

    /// Checks that an answer is about the effect that is on its way.
    fn check_current(&self, generation: u64) -> Result<(), Refused> {
        let pending = self.pending().map(Effect::generation);
        if pending == Some(generation) {
            Ok(())
        } else {
            Err(Refused::Passed)
        }
    }
}
