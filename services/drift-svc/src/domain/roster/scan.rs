//! Looks at all instances, in slices.

use std::collections::BinaryHeap;

use vortex_bucket::Seed;

use super::{Record, Roster, versions::NONE};
use crate::domain::State;

/// Which instances are listed.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only in one of these states. Empty means all.
    pub states: Vec<State>,
    /// Only those that run this version. Empty means all.
    pub version: String,
}

impl Roster {
    /// Looks at up to `most` records from number `from`, and keeps in `least` the ids of those that
    /// match and come after `after`: the first `size` by id. Answers where to go on.
    pub fn least_ids(
        &self,
        (from, most): (u32, u32),
        filter: &Filter,
        after: Option<&str>,
        (least, size): (&mut BinaryHeap<Box<str>>, usize),
    ) -> Option<u32> {
        let wanted = self.wanted_states(filter);
        let end = self.slots.end().min(from.saturating_add(most));
        for number in from..end {
            let record = &self.slots[number];
            if record.is_free() || !self.matches(record, wanted, filter) {
                continue;
            }
            let id = self.ids.get(record.id);
            let is_last = least.len() >= size && least.peek().is_some_and(|last| id >= &**last);
            if is_last || after.is_some_and(|after| id <= after) {
                continue;
            }
            least.push(id.into());
            if least.len() > size {
                least.pop();
            }
        }
        (end < self.slots.end()).then_some(end)
    }

    /// The states that match, as bits.
    fn wanted_states(&self, filter: &Filter) -> u8 {
        match filter.states.is_empty() {
            true => u8::MAX,
            false => filter
                .states
                .iter()
                .fold(0, |bits, state| bits | 1 << *state as u8),
        }
    }

    fn matches(&self, record: &Record, wanted: u8, filter: &Filter) -> bool {
        let is_state = wanted >> record.key.state() as u8 & 1 == 1;
        is_state && (filter.version.is_empty() || self.runs(record, &filter.version))
    }

    fn runs(&self, record: &Record, version: &str) -> bool {
        record.names.version() != NONE && self.versions.text(record.names.version()) == version
    }

    /// Looks at up to `most` records from number `from`, and keeps in `least` the lowest `count`
    /// buckets that those have which are heard. Answers how many those are, and where to go on.
    pub fn lowest_buckets(
        &self,
        (from, most): (u32, u32),
        seed: Seed,
        (least, count): (&mut BinaryHeap<u16>, usize),
    ) -> (u64, Option<u32>) {
        let end = self.slots.end().min(from.saturating_add(most));
        let mut heard = 0;
        for number in from..end {
            let record = &self.slots[number];
            if record.is_free() || record.key.state() == State::Stale {
                continue;
            }
            heard += 1;
            let bucket = seed.bucket(self.ids.get(record.id)).number();
            if least.len() >= count && least.peek().is_some_and(|last| bucket >= *last) {
                continue;
            }
            least.push(bucket);
            if least.len() > count {
                least.pop();
            }
        }
        (heard, (end < self.slots.end()).then_some(end))
    }
}
