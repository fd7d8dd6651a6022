//! Converts the breaker to replies.

use vortex_proto::rollout::v1 as pb;

use super::{duration, timestamp};
use crate::domain::{Breaker, BreakerLimits, Moment, RolloutId};

pub(in crate::grpc) fn breaker(
    breaker: &Breaker,
    limits: BreakerLimits,
    now: Moment,
) -> pb::Breaker {
    let reset = breaker.last_reset();
    let counted = breaker.rollbacks(now, limits.window);
    pb::Breaker {
        open: breaker.is_open(),
        opened_at: breaker.opened().map(|at| timestamp(at.wall)),
        rollbacks: counted.map(rollback).collect(),
        max_rollbacks: limits.max_rollbacks,
        window: Some(duration(limits.window)),
        reset_by: reset.map_or(String::new(), |reset| reset.by.clone()),
        reset_at: reset.map(|reset| timestamp(reset.at.wall)),
    }
}

fn rollback((id, at): &(RolloutId, Moment)) -> pb::BreakerRollback {
    pb::BreakerRollback {
        id: id.to_string(),
        time: Some(timestamp(at.wall)),
    }
}
