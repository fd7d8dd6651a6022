//! Which reports were counted before.

use std::collections::{HashSet, VecDeque};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::domain::RequestId;

/// Reports that are remembered; the oldest go first.
const MAX_SEEN: usize = 1_000;

/// The ids of the newest reports, by their hashes: of a thousand that two are alike is less likely
/// than one in 10¹³.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "VecDeque<u64>", into = "VecDeque<u64>")]
pub(super) struct Seen {
    order: VecDeque<u64>,
    hashes: HashSet<u64>,
}

impl Seen {
    pub(super) fn contains(&self, id: &RequestId) -> bool {
        self.hashes.contains(&hash(id))
    }

    pub(super) fn insert(&mut self, id: &RequestId) {
        if !self.hashes.insert(hash(id)) {
            return;
        }
        self.order.push_back(hash(id));
        if self.order.len() > MAX_SEEN
            && let Some(oldest) = self.order.pop_front()
        {
            self.hashes.remove(&oldest);
        }
    }
}

fn hash(id: &RequestId) -> u64 {
    xxh3_64(id.as_str().as_bytes())
}

impl From<VecDeque<u64>> for Seen {
    fn from(order: VecDeque<u64>) -> Self {
        let hashes = order.iter().copied().collect();
        Self { order, hashes }
    }
}

impl From<Seen> for VecDeque<u64> {
    fn from(seen: Seen) -> Self {
        seen.order
    }
}
