//! Applies the commands of operators.

use std::sync::Arc;

use vortex_bucket::Share;

use super::{course::ENDED, intent::Intent};
use crate::domain::{
    Action, Author, Hold, Known, Moment, Motion, Refused, Rollout, Running, State, Transition,
    analysis::Edit,
};

impl Rollout {
    pub(super) fn start(
        self,
        author: Author,
        known: &Known,
        now: Moment,
    ) -> Result<Transition, Refused> {
        match self.state() {
            State::Created => {
                let intent = Intent::of(author);
                Ok(self.move_to((0, Share::NONE), Action::Start, intent, known, now))
            }
            State::Running(_) | State::Paused(_) => Err(self.wrong("it was already started")),
            State::Completed(_) | State::RolledBack(_) => Err(self.wrong(ENDED)),
        }
    }

    pub(super) fn promote(
        self,
        author: Author,
        expected: Option<u32>,
        known: &Known,
        now: Moment,
    ) -> Result<Transition, Refused> {
        let (stage, in_force) = self.place()?;
        if let Some(expected) = expected.filter(|expected| *expected != stage) {
            return Err(Refused::AtOtherStage {
                expected,
                found: stage,
            });
        }
        self.go_on((stage, in_force), Intent::of(author), known, now)
    }

    pub(super) fn pause(self, author: Author, now: Moment) -> Result<Transition, Refused> {
        match self.state() {
            State::Paused(_) => Err(self.wrong("it is already paused")),
            _ => self.hold(Intent::of(author), false, now),
        }
    }

    pub(super) fn resume(self, author: Author, now: Moment) -> Result<Transition, Refused> {
        self.go_on_as_it_is(Intent::of(author), now)
    }

    /// Ends a pause.
    pub(super) fn go_on_as_it_is(self, intent: Intent, now: Moment) -> Result<Transition, Refused> {
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
        Ok(self.enter(running, Action::Resume, intent, None, now))
    }

    pub(super) fn complete(self, author: Author, now: Moment) -> Result<Transition, Refused> {
        self.release(Action::Complete, Intent::of(author), now)
    }

    /// Changes settings, in whatever state that can still be judged.
    pub(super) fn edit(
        self,
        author: Author,
        edit: &Edit,
        now: Moment,
    ) -> Result<Transition, Refused> {
        if self.kind().has_ended() {
            return Err(self.wrong(ENDED));
        }
        let settings = edit.of(self.settings());
        let changes = self.settings().changes_to(&settings);
        let state = self.state().clone();
        let mut transition = self.enter(state, Action::Edit, Intent::of(author), None, now);
        if let Some(audit) = &mut transition.audit {
            audit.changes = changes;
        }
        transition.next.standing.edited = Some(Arc::new(settings));
        Ok(transition)
    }
}
