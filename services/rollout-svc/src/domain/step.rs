//! The one function that changes a rollout.

mod answer;
mod course;
mod intent;
mod judge;
mod operate;
mod transition;

use super::{Command, Known, Moment, Refused, Rollout, Transition};
use intent::Intent;

impl Rollout {
    /// Applies a command, or refuses it.
    ///
    /// A transition has at most one effect and one audit entry. Each effect has a generation of its
    /// own, and a share is never below the one before.
    ///
    /// # Errors
    /// Fails if the state does not accept the command. Nothing has changed then.
    pub(crate) fn step(self, command: Command, now: Moment) -> Result<Transition, Refused> {
        self.step_knowing(command, &Known::NotAsked, now)
    }

    /// The same, with what is known of the instances, for which a share may be raised.
    ///
    /// # Errors
    /// Fails as [`Rollout::step`] does.
    pub(crate) fn step_knowing(
        self,
        command: Command,
        known: &Known,
        now: Moment,
    ) -> Result<Transition, Refused> {
        match command {
            Command::Start(author) => self.start(author, known, now),
            Command::Promote { author, expected } => self.promote(author, expected, known, now),
            Command::Pause(author) => self.pause(author, now),
            Command::Resume(author) => self.resume(author, now),
            Command::RollBack(author) => self.roll_back(Intent::of(author), now),
            Command::Complete(author) => self.complete(author, now),
            Command::Edit { author, edit } => self.edit(author, &edit, now),
            Command::Judge(judgement) => self.judge(judgement, known, now),
            Command::Confirm { generation } => self.confirm(generation, now),
            Command::Refuse {
                generation,
                refusal,
            } => self.refuse(generation, refusal, now),
            Command::Stay {
                generation,
                stage,
                share,
                why,
            } => self.stay(generation, (stage, share), why, now),
            Command::Lose(lost) => self.lose(lost, now),
        }
    }
}
