//! Translates the part of a rollout that changes.

use std::sync::Arc;

use pb::{paused, rolled_back, running, standing};

use super::{Invalid, from_share, may, must, pb, share};
use crate::{
    domain::{
        Completed, Detached, Hold, Motion, Paused, Raised, Refusal, Removal, RolledBack, Running,
        Standing, State,
    },
    store::{codec::Stored, v1},
};

/// A case that has no data.
const NOTHING: pb::Nothing = pb::Nothing {};

impl Stored for Standing {
    type Message = pb::Standing;
    type V1 = v1::Standing;
}

impl From<&Standing> for pb::Standing {
    fn from(standing: &Standing) -> Self {
        let Standing {
            state,
            generation,
            revision,
            audits,
            updated,
            edited,
            raised,
        } = standing;
        Self {
            state: Some(state.into()),
            generation: *generation,
            revision: *revision,
            audits: *audits,
            updated: Some((*updated).into()),
            edited: edited.as_deref().map(pb::AnalysisSettings::from),
            raised: raised.map(pb::Raised::from),
        }
    }
}

impl TryFrom<pb::Standing> for Standing {
    type Error = Invalid;

    fn try_from(stored: pb::Standing) -> Result<Self, Invalid> {
        Ok(Self {
            state: must(stored.state, "the state")?,
            generation: stored.generation,
            revision: stored.revision,
            audits: stored.audits,
            updated: must(stored.updated, "the time of the last change")?,
            edited: may(stored.edited)?.map(Arc::new),
            raised: may(stored.raised)?,
        })
    }
}

impl From<Raised> for pb::Raised {
    fn from(raised: Raised) -> Self {
        let Raised {
            share,
            wanted,
            known,
        } = raised;
        Self {
            share: from_share(share),
            wanted,
            known,
        }
    }
}

impl TryFrom<pb::Raised> for Raised {
    type Error = Invalid;

    fn try_from(stored: pb::Raised) -> Result<Self, Invalid> {
        Ok(Self {
            share: share(stored.share)?,
            wanted: stored.wanted,
            known: stored.known,
        })
    }
}

impl From<&State> for standing::State {
    fn from(state: &State) -> Self {
        match state {
            State::Created => Self::Created(NOTHING),
            State::Running(running) => Self::Running(running.into()),
            State::Paused(paused) => Self::Paused(paused.into()),
            State::Completed(completed) => Self::Completed(completed.into()),
            State::RolledBack(rolled_back) => Self::RolledBack(rolled_back.into()),
        }
    }
}

impl TryFrom<standing::State> for State {
    type Error = Invalid;

    fn try_from(stored: standing::State) -> Result<Self, Invalid> {
        Ok(match stored {
            standing::State::Created(_) => Self::Created,
            standing::State::Running(running) => Self::Running(running.try_into()?),
            standing::State::Paused(paused) => Self::Paused(paused.try_into()?),
            standing::State::Completed(completed) => Self::Completed(completed.try_into()?),
            standing::State::RolledBack(rolled_back) => Self::RolledBack(rolled_back.try_into()?),
        })
    }
}

impl From<&Running> for pb::Running {
    fn from(running: &Running) -> Self {
        let Running {
            stage,
            in_force,
            motion,
        } = running;
        let motion = match motion {
            Motion::Moving => running::Motion::Moving(NOTHING),
            Motion::Settled { since } => running::Motion::Settled((*since).into()),
            Motion::Releasing => running::Motion::Releasing(NOTHING),
        };
        Self {
            stage: *stage,
            in_force: from_share(*in_force),
            motion: Some(motion),
        }
    }
}

impl TryFrom<pb::Running> for Running {
    type Error = Invalid;

    fn try_from(stored: pb::Running) -> Result<Self, Invalid> {
        let motion = stored.motion.ok_or(Invalid::Missing("the motion"))?;
        Ok(Self {
            stage: stored.stage,
            in_force: share(stored.in_force)?,
            motion: match motion {
                running::Motion::Moving(_) => Motion::Moving,
                running::Motion::Settled(since) => Motion::Settled {
                    since: since.try_into()?,
                },
                running::Motion::Releasing(_) => Motion::Releasing,
            },
        })
    }
}

impl From<&Paused> for pb::Paused {
    fn from(paused: &Paused) -> Self {
        let Paused {
            stage,
            in_force,
            hold,
            why,
            clears,
        } = paused;
        let hold = match hold {
            Hold::Moving => paused::Hold::Moving(NOTHING),
            Hold::Settled { since } => paused::Hold::Settled((*since).into()),
        };
        Self {
            stage: *stage,
            in_force: from_share(*in_force),
            why: why.clone(),
            hold: Some(hold),
            clears: *clears,
        }
    }
}

impl TryFrom<pb::Paused> for Paused {
    type Error = Invalid;

    fn try_from(stored: pb::Paused) -> Result<Self, Invalid> {
        let hold = stored.hold.ok_or(Invalid::Missing("the hold"))?;
        Ok(Self {
            stage: stored.stage,
            in_force: share(stored.in_force)?,
            hold: match hold {
                paused::Hold::Moving(_) => Hold::Moving,
                paused::Hold::Settled(since) => Hold::Settled {
                    since: since.try_into()?,
                },
            },
            why: stored.why,
            clears: stored.clears,
        })
    }
}

impl From<&Completed> for pb::Completed {
    fn from(Completed { stage, at }: &Completed) -> Self {
        Self {
            stage: *stage,
            at: Some((*at).into()),
        }
    }
}

impl TryFrom<pb::Completed> for Completed {
    type Error = Invalid;

    fn try_from(stored: pb::Completed) -> Result<Self, Invalid> {
        Ok(Self {
            stage: stored.stage,
            at: must(stored.at, "the time of the completion")?,
        })
    }
}

impl From<&RolledBack> for pb::RolledBack {
    fn from(rolled_back: &RolledBack) -> Self {
        let RolledBack {
            stage,
            from_share: share,
            at,
            removal,
            why,
            start_refused,
        } = rolled_back;
        let removal = match removal {
            Removal::Pending => rolled_back::Removal::Pending(NOTHING),
            Removal::Confirmed => rolled_back::Removal::Confirmed(NOTHING),
            Removal::Refused(Detached { why }) => rolled_back::Removal::Refused(why.clone()),
        };
        Self {
            stage: *stage,
            from_share: from_share(*share),
            at: Some((*at).into()),
            why: why.clone(),
            removal: Some(removal),
            start_refused: start_refused.as_ref().map(pb::Refusal::from),
        }
    }
}

impl TryFrom<pb::RolledBack> for RolledBack {
    type Error = Invalid;

    fn try_from(stored: pb::RolledBack) -> Result<Self, Invalid> {
        let removal = stored.removal.ok_or(Invalid::Missing("the removal"))?;
        Ok(Self {
            stage: stored.stage,
            from_share: share(stored.from_share)?,
            at: must(stored.at, "the time of the rollback")?,
            removal: match removal {
                rolled_back::Removal::Pending(_) => Removal::Pending,
                rolled_back::Removal::Confirmed(_) => Removal::Confirmed,
                rolled_back::Removal::Refused(why) => Removal::Refused(Detached { why }),
            },
            why: stored.why,
            start_refused: may(stored.start_refused)?,
        })
    }
}

impl From<&Refusal> for pb::Refusal {
    fn from(refusal: &Refusal) -> Self {
        let Refusal {
            reason,
            message,
            facts,
        } = refusal;
        Self {
            reason: reason.clone(),
            message: message.clone(),
            facts: facts.clone(),
        }
    }
}

impl TryFrom<pb::Refusal> for Refusal {
    type Error = Invalid;

    fn try_from(stored: pb::Refusal) -> Result<Self, Invalid> {
        Ok(Self {
            reason: stored.reason,
            message: stored.message,
            facts: stored.facts,
        })
    }
}
