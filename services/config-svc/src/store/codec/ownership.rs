//! Translates ownerships, both ways.

use super::{
    Unreadable, dot,
    from_stored::{required, timestamp},
};
use crate::{
    domain::{ClusterId, Epoch, Fence, Ownership, Place},
    store::stored,
};

/// A cluster. The name that each has of itself is not written.
pub(super) fn stored_cluster(cluster: &ClusterId) -> String {
    match cluster.is_local() {
        true => String::new(),
        false => cluster.to_string(),
    }
}

pub(super) fn cluster(stored: &str) -> ClusterId {
    match stored {
        "" => ClusterId::default(),
        stored => ClusterId::trusted(stored),
    }
}

impl From<&Ownership> for stored::Ownership {
    fn from(owned: &Ownership) -> Self {
        Self {
            pattern: owned.pattern.to_string(),
            owner: owned.epoch.cluster.to_string(),
            epoch: owned.epoch.counter,
            fence: owned.fence.as_ref().map(|fence| stored::Dot {
                cluster: fence.cluster.to_string(),
                store: dot::stored_id(fence.store),
                sequence: fence.sequence,
            }),
            by: owned.by.clone(),
            since_micros: owned.since.as_microsecond(),
            forced: owned.forced,
        }
    }
}

impl TryFrom<stored::Ownership> for Ownership {
    type Error = Unreadable;

    fn try_from(stored: stored::Ownership) -> Result<Self, Unreadable> {
        let pattern = stored.pattern.parse().map_err(|_| Unreadable::Damaged)?;
        let place = Place::of(&pattern).map_err(|_| Unreadable::Damaged)?;
        let owner = Some(stored.owner).filter(|owner| !owner.is_empty());
        let fence = stored.fence.map(|fence| {
            Ok(Fence {
                cluster: ClusterId::trusted(&fence.cluster),
                store: dot::id(&fence.store)?,
                sequence: fence.sequence,
            })
        });
        Ok(Self {
            pattern,
            place,
            epoch: Epoch {
                counter: stored.epoch,
                cluster: ClusterId::trusted(&required(owner)?),
            },
            fence: fence.transpose()?,
            by: stored.by,
            since: timestamp(stored.since_micros)?,
            forced: stored.forced,
        })
    }
}
