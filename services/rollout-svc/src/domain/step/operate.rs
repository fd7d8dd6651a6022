//! Applies the commands of operators.

use vortex_bucket::Share;

use super::{course::ENDED, intent::Intent};
use crate::domain::{
    Action, Author, Hold, Moment, Motion, Refused, Rollout, Running, State, Transition,
};

impl Rollout {
    pub(super) fn start(self, author: Author, now: Moment) -> Result<Transition, Refused> {
        match self.state() {
            State::Created => {
                Ok(self.move_to(0, Share::NONE, Action::Start, Intent::of(author), now))
            }
            State::Running(_) | State::Paused(_) => Err(self.wrong("it was already started")),
            State::Completed(_) | State::RolledBack(_) => Err(self.wrong(ENDED)),
        }
    }

    pub(super) fn promote(
        self,
        author: Author,
        expected: Option<u32>,
        now: Moment,
    ) -> Result<Transition, Refused> {
        let (stage, in_force) = self.place()?;
        if let Some(expected) = expected.filter(|expected| *expected != stage) {
            return Err(Refused::AtOtherStage {
                expected,
                found: stage,
            });
        }
        self.go_on(stage, in_force, Intent::of(author), now)
    }

    pub(super) fn pause(self, author: Author, now: Moment) -> Result<Transition, Refused> {
        match self.state() {
            State::Paused(_) => Err(self.wrong("it is already paused")),
            _ => self.hold(Intent::of(author), now),
        }
    }

    pub(super) fn resume(self, author: Author, now: Moment) -> Result<Transition, Refused> {
        let State::Paused(paused) = self.state() else {
            return Err(self.wrong("only a paused rollout can be resumed"));
        };
        let motion = match paused.hold {
            Hold::Moving => Motion::Moving,
            Hold::Settled { since } => Motion::Settled { since },
        };
        let running = State::Running(Running {
            stage: paused.stage,
            in_force: paused.in_force,
            motion,
        });
        Ok(self.enter(running, Action::Resume, Intent::of(author), None, now))
    }

    pub(super) fn complete(self, author: Author, now: Moment) -> Result<Transition, Refused> {
        self.release(Action::Complete, Intent::of(author), now)
    }
}
