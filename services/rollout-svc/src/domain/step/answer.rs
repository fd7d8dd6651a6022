//! What config-svc says of an effect, and of a split that was lost.

use super::wish::Wish;
use crate::domain::{
    Action, Completed, Detached, Effect, Hold, Moment, Motion, Paused, Refused, Removal, Rollout,
    Running, State, Transition,
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
                let in_force = self.spec.stages.at(stage).share;
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
                ..
            }) => {
                let hold = Hold::Settled { since: now };
                let in_force = self.spec.stages.at(stage).share;
                Ok(self.note(
                    State::Paused(Paused {
                        stage,
                        in_force,
                        hold,
                        why,
                    }),
                    now,
                ))
            }
            State::Running(Running {
                stage,
                motion: Motion::Releasing,
                ..
            }) => {
                let wish = Wish::own("the change set is stable".to_owned());
                let completed = State::Completed(Completed { stage, at: now });
                Ok(self.enter(completed, Action::Complete, wish, None, now))
            }
            State::RolledBack(mut rolled_back) => {
                rolled_back.removal = Removal::Confirmed;
                Ok(self.note(State::RolledBack(rolled_back), now))
            }
            _ => Err(Refused::Passed),
        }
    }

    pub(super) fn refuse(
        self,
        generation: u64,
        why: String,
        now: Moment,
    ) -> Result<Transition, Refused> {
        self.check_current(generation)?;
        self.lose_split(why, now)
    }

    pub(super) fn detach(self, why: String, now: Moment) -> Result<Transition, Refused> {
        match self.state() {
            State::Running(_) | State::Paused(_) if self.state().detached().is_none() => {
                self.lose_split(why, now)
            }
            // a removal that is on its way is told so itself
            _ => Err(Refused::Passed),
        }
    }

    /// The release had been done when the rollback came.
    pub(super) fn find_released(self, generation: u64, now: Moment) -> Result<Transition, Refused> {
        self.check_current(generation)?;
        let State::RolledBack(rolled_back) = self.state() else {
            return Err(Refused::Passed);
        };
        let completed = State::Completed(Completed {
            stage: rolled_back.stage,
            at: now,
        });
        let why = "the change set had become stable before the rollback came; revert it instead";
        Ok(self.enter(
            completed,
            Action::Complete,
            Wish::own(why.to_owned()),
            None,
            now,
        ))
    }

    fn lose_split(self, why: String, now: Moment) -> Result<Transition, Refused> {
        let wish = Wish::own(why.clone());
        let lost = Detached { why: why.clone() };
        let state = match self.state().clone() {
            State::Running(Running {
                stage, in_force, ..
            })
            | State::Paused(Paused {
                stage, in_force, ..
            }) => State::Paused(Paused {
                stage,
                in_force,
                hold: Hold::Detached(lost),
                why: format!("detached: {why}"),
            }),
            State::RolledBack(mut rolled_back) => {
                rolled_back.removal = Removal::Refused(lost);
                State::RolledBack(rolled_back)
            }
            State::Created | State::Completed(_) => {
                return Err(Refused::Passed);
            }
        };
        Ok(self.enter(state, Action::Detach, wish, None, now))
    }

    /// That an answer is about the effect that is on its way.
    fn check_current(&self, generation: u64) -> Result<(), Refused> {
        let pending = self.pending().map(Effect::generation);
        if pending == Some(generation) {
            Ok(())
        } else {
            Err(Refused::Passed)
        }
    }
}
