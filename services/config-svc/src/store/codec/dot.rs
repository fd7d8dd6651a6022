//! Translates names in all clusters, both ways.

use super::Unreadable;
use crate::{
    domain::{ClusterId, Dot, Run, Seq, StoreId},
    store::stored,
};

/// A store's id. Nil is not written.
pub(super) fn stored_id(id: StoreId) -> Vec<u8> {
    match id.is_nil() {
        true => Vec::new(),
        false => id.as_bytes().to_vec(),
    }
}

pub(super) fn id(stored: &[u8]) -> Result<StoreId, Unreadable> {
    match stored {
        [] => Ok(StoreId::nil()),
        stored => StoreId::from_slice(stored).map_err(|_| Unreadable::Damaged),
    }
}

impl From<&Run> for stored::Run {
    fn from(run: &Run) -> Self {
        Self {
            cluster: run.cluster.to_string(),
            store: stored_id(run.store),
            last: run.last.0,
        }
    }
}

impl TryFrom<stored::Run> for Run {
    type Error = Unreadable;

    fn try_from(stored: stored::Run) -> Result<Self, Unreadable> {
        Ok(Self {
            cluster: ClusterId::trusted(&stored.cluster),
            store: id(&stored.store)?,
            last: Seq(stored.last),
        })
    }
}

impl From<&Dot> for stored::Dot {
    fn from(dot: &Dot) -> Self {
        Self {
            cluster: dot.cluster.to_string(),
            store: stored_id(dot.store),
            sequence: dot.sequence,
        }
    }
}

impl TryFrom<stored::Dot> for Dot {
    type Error = Unreadable;

    fn try_from(stored: stored::Dot) -> Result<Self, Unreadable> {
        Ok(Self {
            cluster: ClusterId::trusted(&stored.cluster),
            store: id(&stored.store)?,
            sequence: stored.sequence,
        })
    }
}
