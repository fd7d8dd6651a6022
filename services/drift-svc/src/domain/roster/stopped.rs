//! Which instances ended in order.

use std::collections::HashMap;

use crate::domain::Tenths;

/// The most that are remembered.
const MOST: usize = 100_000;

/// The last report of those that ended in order, by the hash of their ids: one that arrives late
/// does not bring them back.
#[derive(Debug, Default)]
pub(super) struct Stopped(HashMap<u64, Last>);

#[derive(Clone, Copy, Debug)]
struct Last {
    order: (u64, u64),
    at: Tenths,
}

impl Stopped {
    pub(super) fn note(&mut self, hash: u64, order: (u64, u64), at: Tenths) {
        let is_newer = self.0.get(&hash).is_none_or(|last| last.order < order);
        if is_newer && (self.0.len() < MOST || self.0.contains_key(&hash)) {
            self.0.insert(hash, Last { order, at });
        }
    }

    /// Whether a report is of before the end of its instance.
    pub(super) fn is_past(&self, hash: u64, (boot, sequence): (u64, u64)) -> bool {
        // what is not counted is in the order of its arrival
        let is_counted = boot != 0;
        is_counted
            && self.0.get(&hash).is_some_and(|last| {
                let is_same_life = last.order.0 == boot;
                last.order >= (boot, sequence) && !(is_same_life && sequence == 0)
            })
    }

    pub(super) fn forget(&mut self, hash: u64) {
        if !self.0.is_empty() {
            self.0.remove(&hash);
        }
    }

    /// Forgets those that ended longer than `keep` ago.
    pub(super) fn prune(&mut self, now: Tenths, keep: u32) {
        self.0.retain(|_, last| now.since(last.at) < keep);
    }
}
