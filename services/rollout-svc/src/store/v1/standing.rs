//! `rollout/<id>`

use std::collections::BTreeMap;

use serde::Deserialize;
use v2::{paused, rolled_back, running, standing};

use super::{basics::Moment, v2};

/// A case that has no data.
const NOTHING: v2::Nothing = v2::Nothing {};

#[derive(Deserialize)]
pub(in crate::store) struct Standing {
    state: State,
    generation: u64,
    revision: u64,
    audits: u64,
    updated: Moment,
}

#[derive(Deserialize)]
enum State {
    Created,
    Running(Running),
    Paused(Paused),
    Completed(Completed),
    RolledBack(RolledBack),
}

#[derive(Deserialize)]
struct Running {
    stage: u32,
    in_force: u16,
    motion: Motion,
}

#[derive(Deserialize)]
enum Motion {
    Moving,
    Settled { since: Moment },
    Releasing,
}

#[derive(Deserialize)]
struct Paused {
    stage: u32,
    in_force: u16,
    hold: Hold,
    why: String,
}

#[derive(Deserialize)]
enum Hold {
    Moving,
    Settled {
        since: Moment,
    },
    /// Another caller had ended the split. The rollout was paused then, and only a rollback ended
    /// it.
    Detached {},
}

#[derive(Deserialize)]
struct Completed {
    stage: u32,
    at: Moment,
}

#[derive(Deserialize)]
struct RolledBack {
    stage: u32,
    from_share: u16,
    at: Moment,
    removal: Removal,
    why: String,
    /// Not written by the first programs, nor when there is none.
    start_refused: Option<Refusal>,
}

#[derive(Deserialize)]
enum Removal {
    Pending,
    Confirmed,
    Refused(Detached),
}

#[derive(Deserialize)]
struct Detached {
    why: String,
}

#[derive(Deserialize)]
struct Refusal {
    reason: String,
    message: String,
    facts: BTreeMap<String, String>,
}

impl From<Standing> for v2::Standing {
    fn from(stored: Standing) -> Self {
        let Standing {
            state,
            mut generation,
            revision,
            audits,
            updated,
        } = stored;
        let state = match state {
            State::Created => standing::State::Created(NOTHING),
            State::Running(running) => standing::State::Running(running.into()),
            State::Paused(paused) => match paused.hold {
                Hold::Moving => paused.held(paused::Hold::Moving(NOTHING)),
                Hold::Settled { since } => paused.held(paused::Hold::Settled(since.into())),
                Hold::Detached {} => {
                    generation += 1;
                    paused.ended(updated)
                }
            },
            State::Completed(Completed { stage, at }) => {
                standing::State::Completed(v2::Completed {
                    stage,
                    at: Some(at.into()),
                })
            }
            State::RolledBack(rolled_back) => standing::State::RolledBack(rolled_back.into()),
        };
        Self {
            state: Some(state),
            generation,
            revision,
            audits,
            updated: Some(updated.into()),
            edited: None,
            raised: None,
        }
    }
}

impl From<Running> for v2::Running {
    fn from(running: Running) -> Self {
        let motion = match running.motion {
            Motion::Moving => running::Motion::Moving(NOTHING),
            Motion::Settled { since } => running::Motion::Settled(since.into()),
            Motion::Releasing => running::Motion::Releasing(NOTHING),
        };
        Self {
            stage: running.stage,
            in_force: running.in_force.into(),
            motion: Some(motion),
        }
    }
}

impl Paused {
    fn held(self, hold: paused::Hold) -> standing::State {
        standing::State::Paused(v2::Paused {
            stage: self.stage,
            in_force: self.in_force.into(),
            why: self.why,
            hold: Some(hold),
            clears: false,
        })
    }

    /// A detached rollout has ended. Its removal is sent, so that config-svc answers what became of
    /// the split: if it was released, the rollout is completed then.
    fn ended(self, updated: Moment) -> standing::State {
        standing::State::RolledBack(v2::RolledBack {
            stage: self.stage,
            from_share: 0,
            at: Some(updated.into()),
            why: self.why,
            removal: Some(rolled_back::Removal::Pending(NOTHING)),
            start_refused: None,
        })
    }
}

impl From<RolledBack> for v2::RolledBack {
    fn from(stored: RolledBack) -> Self {
        let removal = match stored.removal {
            Removal::Pending => rolled_back::Removal::Pending(NOTHING),
            Removal::Confirmed => rolled_back::Removal::Confirmed(NOTHING),
            Removal::Refused(Detached { why }) => rolled_back::Removal::Refused(why),
        };
        Self {
            stage: stored.stage,
            from_share: stored.from_share.into(),
            at: Some(stored.at.into()),
            why: stored.why,
            removal: Some(removal),
            start_refused: stored.start_refused.map(v2::Refusal::from),
        }
    }
}

impl From<Refusal> for v2::Refusal {
    fn from(refusal: Refusal) -> Self {
        Self {
            reason: refusal.reason,
            message: refusal.message,
            facts: refusal.facts,
        }
    }
}
