//! Which instances were heard of lately.
//!
//! Instances are in two generations: who is heard of is in the young one. Once that is full, or has
//! been young for long enough, it becomes the old one, and the old one is forgotten.

use hashbrown::{HashTable, hash_table::Entry};

use super::lives::Lives;

/// An instance, by a hash of its fleet and its id that nobody can foresee. Of 96 bits, so that two
/// of millions share one less often than memory fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key {
    hash: u64,
    check: u32,
}

/// What is remembered of an instance. It fills a line of the processor's cache, since finding it is
/// most of what a report costs.
#[derive(Debug)]
#[repr(align(64))]
pub(crate) struct Known {
    // the parts of its key, without what would fill that up
    hash: u64,
    check: u32,
    /// Its place in the window that it was heard of in last.
    pub place: u32,
    /// Its lives.
    pub lives: Lives,
}

/// The instances that were heard of lately.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    young: HashTable<Known>,
    old: HashTable<Known>,
}

impl From<u128> for Key {
    fn from(hash: u128) -> Self {
        Self {
            hash: hash as u64,
            check: (hash >> 64) as u32,
        }
    }
}

impl Known {
    fn is(&self, key: Key) -> bool {
        self.hash == key.hash && self.check == key.check
    }
}

impl Memory {
    /// Whether an instance was heard of in the window of this number.
    pub(crate) fn was_heard(&self, key: Key, window: u32) -> bool {
        let is_it = |known: &Known| known.is(key);
        let mut found = [&self.young, &self.old].into_iter();
        let known = found.find_map(|table| table.find(key.hash, is_it));
        known.is_some_and(|known| known.lives.were_heard(window))
    }

    /// What is remembered of an instance; of one that is not, it begins now. `room` is how many
    /// instances a generation has at most.
    pub(crate) fn recall(&mut self, key: Key, room: usize) -> &mut Known {
        if self.young.len() >= room {
            self.turn();
        }
        let old = &self.old;
        let entry = self
            .young
            .entry(key.hash, |known| known.is(key), |known| known.hash);
        match entry {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let before = old.find(key.hash, |known| known.is(key));
                let known = Known {
                    hash: key.hash,
                    check: key.check,
                    place: before.map_or(0, |before| before.place),
                    lives: before.map_or_else(Lives::default, |before| before.lives),
                };
                entry.insert(known).into_mut()
            }
        }
    }

    /// Forgets the older generation, and begins a young one.
    pub(crate) fn turn(&mut self) {
        self.old = std::mem::take(&mut self.young);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(check: u128) -> Key {
        // all of one hash
        Key::from(check << 64 | 7)
    }

    #[test]
    fn who_was_heard_of_is_remembered_for_two_generations() {
        let mut memory = Memory::default();
        memory.recall(key(1), 10).place = 7;
        assert_eq!(memory.recall(key(2), 10).place, 0);
        assert_eq!(memory.recall(key(1), 10).place, 7);
        memory.turn();
        assert_eq!(memory.recall(key(1), 10).place, 7);
        memory.turn();
        memory.turn();
        assert_eq!(memory.recall(key(1), 10).place, 0);
    }

    #[test]
    fn a_full_generation_makes_room() {
        let mut memory = Memory::default();
        memory.recall(key(1), 2).place = 7;
        for number in 2..100 {
            memory.recall(key(number), 2);
        }
        assert!(memory.young.len() <= 2 && memory.old.len() <= 2);
        assert_eq!(memory.recall(key(1), 2).place, 0);
    }

    #[test]
    fn an_instance_fills_one_line_of_the_cache() {
        assert_eq!(size_of::<Known>(), 64);
    }
}
