//! The breaker.

use vortex_proto::rollout::v1 as proto;

use super::{from_replies, mirror};
use crate::{Breaker, BreakerRollback};

mirror! {
    struct Breaker <= proto::Breaker {
        open,
        opened_at,
        rollbacks,
        max_rollbacks,
        window,
        reset_by,
        reset_at,
    }
    struct BreakerRollback <= proto::BreakerRollback { id, time }
}

from_replies!(Breaker = breaker of GetBreakerResponse, ResetBreakerResponse);
