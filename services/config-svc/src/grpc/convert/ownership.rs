//! Converts ownerships to replies.

use vortex_proto::config::v1 as pb;

use super::timestamp;
use crate::domain::Ownership;

/// Who owns documents.
pub(in crate::grpc) fn of(owned: &Ownership) -> pb::Ownership {
    pb::Ownership {
        pattern: owned.pattern.to_string(),
        owner: owned.epoch.cluster.to_string(),
        epoch: owned.epoch.counter,
        since: Some(timestamp(owned.since)),
        principal: owned.by.clone(),
        forced: owned.forced,
        fence: owned.fence.as_ref().map(|fence| pb::Fence {
            cluster: fence.cluster.to_string(),
            store: fence.store.simple().to_string(),
            sequence: fence.sequence,
        }),
    }
}
