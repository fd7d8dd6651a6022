//! The one function that changes a rollout.

use vortex_bucket::Share;

use super::{
    Action, AuditEntry, Author, Command, Completed, Detached, Effect, Hold, Judgement, Moment,
    Motion, Paused, Refused, Removal, RolledBack, Rollout, Running, SELF, State, StateKind,
    Transition,
    analysis::{Cause, Decision, Judged},
};

/// Why a rollout that rolls back or completes takes nothing else.
const ENDED: &str = "it has ended";
const NOT_STARTED: &str = "it was not started";
const RELEASING: &str = "it is being completed; only a rollback still comes before that";
const DETACHED: &str = "its split was ended by somebody else; only a rollback remains";
const NOT_BEGUN: &str = "its first share is not in force yet, so there is nothing to complete";

impl Rollout {
    /// Does a command, or says why not.
    ///
    /// A transition has at most one effect and one audit entry; an effect has a generation of its
    /// own, and a share is never below the one before.
    ///
    /// # Errors
    /// The state takes no such command. Nothing has changed then.
    pub fn step(self, command: Command, now: Moment) -> Result<Transition, Refused> {
        match command {
            Command::Start(author) => self.start(author, now),
            Command::Promote { author, expected } => self.promote(author, expected, now),
            Command::Pause(author) => self.pause(author, now),
            Command::Resume(author) => self.resume(author, now),
            Command::RollBack(author) => self.roll_back(Wish::of(author), now),
            Command::Complete(author) => self.complete(author, now),
            Command::Judge(judgement) => self.judge(judgement, now),
            Command::Confirm { generation } => self.confirm(generation, now),
            Command::Refuse { generation, why } => self.refuse(generation, why, now),
            Command::FindReleased { generation } => self.find_released(generation, now),
            Command::Detach { why } => self.detach(why, now),
        }
    }

    fn start(self, author: Author, now: Moment) -> Result<Transition, Refused> {
        match self.state() {
            State::Created => {
                Ok(self.move_to(0, Share::NONE, Action::Start, Wish::of(author), now))
            }
            State::Running(_) | State::Paused(_) => Err(self.wrong("it was started before")),
            State::Completed(_) | State::RolledBack(_) => Err(self.wrong(ENDED)),
        }
    }

    fn promote(
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
        self.go_on(stage, in_force, Wish::of(author), now)
    }

    fn go_on(
        self,
        stage: u32,
        in_force: Share,
        wish: Wish,
        now: Moment,
    ) -> Result<Transition, Refused> {
        match self.spec.stages.after(stage) {
            Some(next) => Ok(self.move_to(next, in_force, Action::Promote, wish, now)),
            None => self.release(Action::Promote, wish, now),
        }
    }

    fn complete(self, author: Author, now: Moment) -> Result<Transition, Refused> {
        self.release(Action::Complete, Wish::of(author), now)
    }

    fn pause(self, author: Author, now: Moment) -> Result<Transition, Refused> {
        match self.state() {
            State::Paused(_) => Err(self.wrong("it is so already")),
            _ => self.hold(Wish::of(author), now),
        }
    }

    fn resume(self, author: Author, now: Moment) -> Result<Transition, Refused> {
        let State::Paused(paused) = self.state() else {
            return Err(self.wrong("only a paused rollout can be resumed"));
        };
        let motion = match paused.hold {
            Hold::Moving => Motion::Moving,
            Hold::Settled { since } => Motion::Settled { since },
            Hold::Detached(_) => return Err(self.wrong(DETACHED)),
        };
        let running = State::Running(Running {
            stage: paused.stage,
            in_force: paused.in_force,
            motion,
        });
        Ok(self.enter(running, Action::Resume, Wish::of(author), None, now))
    }

    /// Wins over everything but an end.
    fn roll_back(self, wish: Wish, now: Moment) -> Result<Transition, Refused> {
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
            why: wish.reason.clone(),
        });
        let generation = self.standing.generation + 1;
        let effect = Effect::Remove { generation };
        Ok(self.enter(rolled_back, Action::RollBack, wish, Some(effect), now))
    }

    fn judge(self, judgement: Judgement, now: Moment) -> Result<Transition, Refused> {
        let running = matches!(self.state(), State::Running(_));
        let settled = self.state().settled_since().is_some();
        if judgement.generation != self.standing.generation || !settled {
            return Err(Refused::Passed);
        }
        let evidence = judgement.evidence;
        match judgement.decision {
            Decision::Hold => Err(Refused::Held("the analysis holds it")),
            Decision::RollBack(cause) if self.spec.auto_rollback => {
                self.roll_back(Wish::by_itself(&cause, evidence), now)
            }
            // somebody has to see that it fails
            Decision::RollBack(cause) | Decision::Pause(cause) if running => {
                self.hold(Wish::by_itself(&cause, evidence), now)
            }
            Decision::RollBack(_) | Decision::Pause(_) => Err(Refused::Held("it is paused")),
            Decision::Promote if !running => Err(Refused::Held("it is paused")),
            Decision::Promote if !self.spec.auto_promote => Err(Refused::Held(
                "it passes, and auto_promote is off: promote it",
            )),
            Decision::Promote if judgement.breaker_open => Err(Refused::Held(
                "it passes, and the breaker is open: reset that",
            )),
            Decision::Promote => {
                let (stage, in_force) = self.place()?;
                self.go_on(stage, in_force, Wish::passed(evidence), now)
            }
        }
    }

    fn confirm(self, generation: u64, now: Moment) -> Result<Transition, Refused> {
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

    fn refuse(self, generation: u64, why: String, now: Moment) -> Result<Transition, Refused> {
        self.check_current(generation)?;
        self.lose_split(why, now)
    }

    fn detach(self, why: String, now: Moment) -> Result<Transition, Refused> {
        match self.state() {
            State::Running(_) | State::Paused(_) if self.state().detached().is_none() => {
                self.lose_split(why, now)
            }
            // a removal that is on its way is told so itself
            _ => Err(Refused::Passed),
        }
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

    /// The release had been done when the rollback came.
    fn find_released(self, generation: u64, now: Moment) -> Result<Transition, Refused> {
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

    /// The stage, and the share in force, of a rollout that can go on.
    fn place(&self) -> Result<(u32, Share), Refused> {
        match self.state() {
            State::Running(running) if running.motion == Motion::Releasing => {
                Err(self.wrong(RELEASING))
            }
            State::Running(running) => Ok((running.stage, running.in_force)),
            State::Paused(paused) => match paused.hold {
                Hold::Moving | Hold::Settled { .. } => Ok((paused.stage, paused.in_force)),
                Hold::Detached(_) => Err(self.wrong(DETACHED)),
            },
            State::Created => Err(self.wrong(NOT_STARTED)),
            State::Completed(_) | State::RolledBack(_) => Err(self.wrong(ENDED)),
        }
    }

    fn hold(self, wish: Wish, now: Moment) -> Result<Transition, Refused> {
        let (stage, in_force) = self.place()?;
        let hold = match self.state().settled_since() {
            Some(since) => Hold::Settled { since },
            None => Hold::Moving,
        };
        let why = wish.reason.clone();
        let paused = State::Paused(Paused {
            stage,
            in_force,
            hold,
            why,
        });
        Ok(self.enter(paused, Action::Pause, wish, None, now))
    }

    fn release(self, action: Action, wish: Wish, now: Moment) -> Result<Transition, Refused> {
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
        Ok(self.enter(running, action, wish, Some(effect), now))
    }

    fn move_to(
        self,
        stage: u32,
        in_force: Share,
        action: Action,
        wish: Wish,
        now: Moment,
    ) -> Transition {
        let running = State::Running(Running {
            stage,
            in_force,
            motion: Motion::Moving,
        });
        let effect = Effect::SetShare {
            share: self.spec.stages.at(stage).share,
            generation: self.standing.generation + 1,
        };
        self.enter(running, action, wish, Some(effect), now)
    }

    /// A transition that the audit tells of.
    fn enter(
        self,
        state: State,
        action: Action,
        wish: Wish,
        effect: Option<Effect>,
        now: Moment,
    ) -> Transition {
        let (from, from_stage) = (self.kind(), self.state().stage());
        let mut next = self.changed(state, now);
        if let Some(effect) = effect {
            next.standing.generation = effect.generation();
        }
        next.standing.audits += 1;
        let audit = AuditEntry {
            number: next.standing.audits,
            at: now.wall,
            principal: wish.principal,
            action,
            from: Some(from),
            to: next.kind(),
            from_stage,
            to_stage: next.state().stage(),
            share: effect.map(share_of),
            reason: wish.reason,
            evidence: wish.evidence,
            generation: next.standing.generation,
        };
        Transition {
            next,
            effect,
            audit: Some(audit),
        }
    }

    /// A transition that is no news to people.
    fn note(self, state: State, now: Moment) -> Transition {
        Transition {
            next: self.changed(state, now),
            effect: None,
            audit: None,
        }
    }

    fn changed(mut self, state: State, now: Moment) -> Self {
        self.standing.state = state;
        self.standing.revision += 1;
        self.standing.updated = now;
        self
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

    fn wrong(&self, why: &'static str) -> Refused {
        Refused::WrongState {
            state: self.kind(),
            why,
        }
    }
}

fn share_of(effect: Effect) -> Share {
    match effect {
        Effect::SetShare { share, .. } => share,
        Effect::Remove { .. } => Share::NONE,
        Effect::Release { .. } => Share::FULL,
    }
}

/// Who wants something, why, and by what.
struct Wish {
    principal: String,
    reason: String,
    evidence: Vec<Judged>,
}

impl Wish {
    fn of(author: Author) -> Self {
        Self {
            principal: author.principal,
            reason: author.reason,
            evidence: Vec::new(),
        }
    }

    fn own(reason: String) -> Self {
        Self {
            principal: SELF.to_owned(),
            reason,
            evidence: Vec::new(),
        }
    }

    /// The slice that decided goes first.
    fn by_itself(cause: &Cause, evidence: Vec<Judged>) -> Self {
        let others = evidence.into_iter().filter(|judged| *judged != cause.slice);
        Self {
            evidence: std::iter::once(cause.slice.clone()).chain(others).collect(),
            ..Self::own(cause.to_string())
        }
    }

    fn passed(evidence: Vec<Judged>) -> Self {
        let reason =
            "the newest slice of every application passed, and the stage lasted long enough";
        Self {
            evidence,
            ..Self::own(reason.to_owned())
        }
    }
}

impl StateKind {
    /// Whether figures of the rollout are taken.
    pub fn is_measured(self) -> bool {
        matches!(self, Self::Running | Self::Paused)
    }
}
