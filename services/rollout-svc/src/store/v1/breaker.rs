//! `breaker`

use serde::Deserialize;

use super::{basics::Moment, v2};

#[derive(Deserialize)]
pub(in crate::store) struct Breaker {
    rollbacks: Vec<(String, Moment)>,
    opened: Option<Moment>,
    reset: Option<Reset>,
}

#[derive(Deserialize)]
struct Reset {
    by: String,
    at: Moment,
    reason: String,
}

impl From<Breaker> for v2::Breaker {
    fn from(breaker: Breaker) -> Self {
        let rollback = |(rollout, at): (String, Moment)| v2::Rollback {
            rollout,
            at: Some(at.into()),
        };
        Self {
            rollbacks: breaker.rollbacks.into_iter().map(rollback).collect(),
            opened: breaker.opened.map(v2::Moment::from),
            last_reset: breaker.reset.map(v2::Reset::from),
        }
    }
}

impl From<Reset> for v2::Reset {
    fn from(Reset { by, at, reason }: Reset) -> Self {
        Self {
            by,
            at: Some(at.into()),
            reason,
        }
    }
}
