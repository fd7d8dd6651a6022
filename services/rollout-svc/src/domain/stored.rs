//! Reads states that earlier versions stored.

use serde::Deserialize;
use vortex_bucket::Share;

use super::{
    Completed, Detached, Hold, Moment, Paused, Removal, RolledBack, Running, Standing, State,
};

/// As [`Standing`], with all that was ever written.
#[derive(Deserialize)]
pub(super) struct StoredStanding {
    state: StoredState,
    generation: u64,
    revision: u64,
    audits: u64,
    updated: Moment,
}

#[derive(Deserialize)]
enum StoredState {
    Created,
    Running(Running),
    Paused(StoredPaused),
    Completed(Completed),
    RolledBack(RolledBack),
}

#[derive(Deserialize)]
struct StoredPaused {
    stage: u32,
    #[serde(with = "super::share")]
    in_force: Share,
    hold: StoredHold,
    why: String,
}

#[derive(Deserialize)]
enum StoredHold {
    Moving,
    Settled {
        since: Moment,
    },
    /// Another caller had ended its split. It was paused then, and only a rollback ended it.
    #[allow(dead_code)] // config-svc is asked what became of it
    Detached(Detached),
}

impl From<StoredStanding> for Standing {
    fn from(stored: StoredStanding) -> Self {
        let updated = stored.updated;
        let mut generation = stored.generation;
        let state = match stored.state {
            StoredState::Created => State::Created,
            StoredState::Running(running) => State::Running(running),
            StoredState::Paused(paused) => match paused.hold {
                StoredHold::Moving => State::Paused(paused.held(Hold::Moving)),
                StoredHold::Settled { since } => {
                    State::Paused(paused.held(Hold::Settled { since }))
                }
                StoredHold::Detached(_) => {
                    generation += 1;
                    State::RolledBack(paused.ended(updated))
                }
            },
            StoredState::Completed(completed) => State::Completed(completed),
            StoredState::RolledBack(rolled_back) => State::RolledBack(rolled_back),
        };
        Self {
            state,
            generation,
            revision: stored.revision,
            audits: stored.audits,
            updated,
        }
    }
}

impl StoredPaused {
    fn held(self, hold: Hold) -> Paused {
        Paused {
            stage: self.stage,
            in_force: self.in_force,
            hold,
            why: self.why,
        }
    }

    /// One that was detached has ended. Its removal is told, so that config-svc says what became
    /// of its split: it may have been released, and the rollout is completed then.
    fn ended(self, updated: Moment) -> RolledBack {
        RolledBack {
            stage: self.stage,
            from_share: Share::NONE,
            at: updated,
            removal: Removal::Pending,
            why: self.why,
            start_refused: None,
        }
    }
}
