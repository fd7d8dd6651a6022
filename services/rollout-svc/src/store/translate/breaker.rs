//! Translates the breaker.

use super::{Invalid, id, may, must, pb};
use crate::{
    domain::{Breaker, Moment, Reset, RolloutId},
    store::{codec::Stored, v1},
};

impl Stored for Breaker {
    type Message = pb::Breaker;
    type V1 = v1::Breaker;
}

impl From<&Breaker> for pb::Breaker {
    fn from(breaker: &Breaker) -> Self {
        let Breaker {
            rollbacks,
            opened,
            reset,
        } = breaker;
        let rollback = |(id, at): &(RolloutId, Moment)| pb::Rollback {
            rollout: id.to_string(),
            at: Some((*at).into()),
        };
        Self {
            rollbacks: rollbacks.iter().map(rollback).collect(),
            opened: opened.map(pb::Moment::from),
            last_reset: reset.as_ref().map(pb::Reset::from),
        }
    }
}

impl TryFrom<pb::Breaker> for Breaker {
    type Error = Invalid;

    fn try_from(stored: pb::Breaker) -> Result<Self, Invalid> {
        let rollback = |rollback: pb::Rollback| {
            let at = must(rollback.at, "the time of a rollback")?;
            Ok((id(&rollback.rollout)?, at))
        };
        let rollbacks = stored.rollbacks.into_iter().map(rollback);
        Ok(Self {
            rollbacks: rollbacks.collect::<Result<_, Invalid>>()?,
            opened: may(stored.opened)?,
            reset: may(stored.last_reset)?,
        })
    }
}

impl From<&Reset> for pb::Reset {
    fn from(Reset { by, at, reason }: &Reset) -> Self {
        Self {
            by: by.clone(),
            at: Some((*at).into()),
            reason: reason.clone(),
        }
    }
}

impl TryFrom<pb::Reset> for Reset {
    type Error = Invalid;

    fn try_from(stored: pb::Reset) -> Result<Self, Invalid> {
        Ok(Self {
            by: stored.by,
            at: must(stored.at, "the time of the reset")?,
            reason: stored.reason,
        })
    }
}
