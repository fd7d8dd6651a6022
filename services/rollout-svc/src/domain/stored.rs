//! What earlier versions wrote of where a rollout stands, read as it is understood now.

use serde::Deserialize;
use vortex_bucket::Share;

use super::{
    Completed, Hold, Moment, Paused, RolledBack, Running, Standing, State, state::Detached,
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
    /// Until version 0.1 a rollout whose split somebody else had ended was paused, and only
    /// a rollback ended it.
    #[allow(dead_code)] // what it says is asked of config-svc anew
    Detached(Detached),
}

impl From<StoredStanding> for Standing {
    fn from(stored: StoredStanding) -> Self {
        let updated = stored.updated;
        let state = match stored.state {
            StoredState::Created => State::Created,
            StoredState::Running(running) => State::Running(running),
            StoredState::Paused(paused) => State::Paused(paused.read(updated)),
            StoredState::Completed(completed) => State::Completed(completed),
            StoredState::RolledBack(rolled_back) => State::RolledBack(rolled_back),
        };
        Self {
            state,
            generation: stored.generation,
            revision: stored.revision,
            audits: stored.audits,
            updated,
        }
    }
}

impl StoredPaused {
    /// One that was detached is looked up when the service starts, as every rollout is that
    /// is not ended, and ends by what config-svc says of its split.
    fn read(self, updated: Moment) -> Paused {
        Paused {
            stage: self.stage,
            in_force: self.in_force,
            hold: match self.hold {
                StoredHold::Moving => Hold::Moving,
                StoredHold::Settled { since } => Hold::Settled { since },
                StoredHold::Detached(_) => Hold::Settled { since: updated },
            },
            why: self.why,
        }
    }
}
