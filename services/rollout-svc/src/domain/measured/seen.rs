//! Remembers which reports were already counted.

use std::collections::VecDeque;

use xxhash_rust::xxh3::xxh3_64;

use crate::domain::RequestId;

/// The number of reports that are remembered; the oldest are forgotten first.
const MAX_SEEN: usize = 1_000;

/// The hashes of the newest reports' ids. The probability that two of a thousand are alike is less
/// than 10⁻¹³.
///
/// They are searched one by one: that takes 0.2 µs if they are in the cache and 2 µs if not. An
/// index would take twice as much memory again, for each rollout.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Seen(VecDeque<u64>);

impl Seen {
    /// The hashes, oldest first.
    pub(crate) fn hashes(&self) -> impl Iterator<Item = u64> {
        self.0.iter().copied()
    }

    pub(super) fn contains(&self, id: &RequestId) -> bool {
        self.0.contains(&hash(id))
    }

    /// Remembers an id that is not yet in it.
    pub(super) fn insert(&mut self, id: &RequestId) {
        self.0.push_back(hash(id));
        if self.0.len() > MAX_SEEN {
            self.0.pop_front();
        }
    }
}

/// The hashes, oldest first.
impl FromIterator<u64> for Seen {
    fn from_iter<T: IntoIterator<Item = u64>>(hashes: T) -> Self {
        Self(hashes.into_iter().collect())
    }
}

fn hash(id: &RequestId) -> u64 {
    xxh3_64(id.as_str().as_bytes())
}
