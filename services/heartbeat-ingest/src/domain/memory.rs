//! Which instances were heard of lately.
//!
//! Instances are in two generations: who is heard of is in the young one. Once that is full, or has
//! been young for long enough, it becomes the old one, and the old one is forgotten.

use hashbrown::{HashTable, hash_table::Entry};

use super::{FleetId, lives::Lives};

/// An instance as a table finds it: by a hash that the caller made of its fleet and its id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key<'a> {
    /// The hash.
    pub hash: u64,
    /// The fleet.
    pub fleet: FleetId,
    /// The id.
    pub instance: &'a str,
}

/// What is remembered of an instance.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Remembered {
    /// Its lives.
    pub lives: Lives,
    /// The window that it was heard of in last; 0 before the first one.
    pub window: u32,
    /// Its place in that window.
    pub place: u32,
}

/// The instances that were heard of lately.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    young: Generation,
    old: Generation,
}

#[derive(Debug, Default)]
struct Generation {
    ids: String,
    known: HashTable<Known>,
}

#[derive(Debug)]
struct Known {
    hash: u64,
    fleet: FleetId,
    at: u32,
    bytes: u16,
    what: Remembered,
}

impl Memory {
    /// What is remembered of an instance; of one that is not, it begins now. `room` is how many
    /// instances a generation has at most.
    pub(crate) fn recall(&mut self, key: Key<'_>, room: usize) -> &mut Remembered {
        if self.young.known.len() >= room || self.young.ids.len() > (u32::MAX / 2) as usize {
            self.turn();
        }
        let old = &self.old;
        self.young.recall(key, || old.find(key).unwrap_or_default())
    }

    /// Forgets the older generation, and begins a young one.
    pub(crate) fn turn(&mut self) {
        self.old = std::mem::take(&mut self.young);
    }
}

impl Generation {
    fn find(&self, key: Key<'_>) -> Option<Remembered> {
        let is_it = |known: &Known| known.is(key, &self.ids);
        self.known.find(key.hash, is_it).map(|known| known.what)
    }

    fn recall(&mut self, key: Key<'_>, before: impl FnOnce() -> Remembered) -> &mut Remembered {
        let ids = &mut self.ids;
        let entry = self
            .known
            .entry(key.hash, |known| known.is(key, ids), |known| known.hash);
        match entry {
            Entry::Occupied(entry) => &mut entry.into_mut().what,
            Entry::Vacant(entry) => {
                let at = ids.len() as u32;
                ids.push_str(key.instance);
                let known = Known {
                    hash: key.hash,
                    fleet: key.fleet,
                    at,
                    bytes: key.instance.len() as u16,
                    what: before(),
                };
                &mut entry.insert(known).into_mut().what
            }
        }
    }
}

impl Known {
    fn is(&self, key: Key<'_>, ids: &str) -> bool {
        let at = self.at as usize;
        let id = || ids.get(at..at + usize::from(self.bytes));
        self.hash == key.hash && self.fleet == key.fleet && id() == Some(key.instance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(instance: &str) -> Key<'_> {
        Key {
            hash: instance.len() as u64,
            fleet: 1,
            instance,
        }
    }

    #[test]
    fn who_was_heard_of_is_remembered_for_two_generations() {
        let mut memory = Memory::default();
        memory.recall(key("a"), 10).window = 7;
        // the same hash, another instance
        assert_eq!(memory.recall(key("b"), 10).window, 0);
        assert_eq!(memory.recall(key("a"), 10).window, 7);
        memory.turn();
        assert_eq!(memory.recall(key("a"), 10).window, 7);
        memory.turn();
        memory.turn();
        assert_eq!(memory.recall(key("a"), 10).window, 0);
    }

    #[test]
    fn a_full_generation_makes_room() {
        let mut memory = Memory::default();
        memory.recall(key("a"), 2).window = 7;
        for number in 0..100 {
            let id = format!("other-{number}");
            memory.recall(key(&id), 2);
        }
        assert!(memory.young.known.len() <= 2 && memory.old.known.len() <= 2);
        assert_eq!(memory.recall(key("a"), 2).window, 0);
    }
}
