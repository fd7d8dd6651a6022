//! Finds the record of an id.

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// The ids at which one table becomes many.
const SMALL: usize = 1 << 14;
/// The tables of a large fleet: each grows by itself, so that growing takes a few milliseconds at
/// ten million ids.
const TABLES: usize = 256;

/// The numbers of records by the hash of their ids.
#[derive(Debug)]
pub(super) struct Index {
    tables: Vec<HashTable<u32>>,
    seed: u64,
}

/// Hashes ids.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hasher(u64);

impl Hasher {
    #[inline]
    pub(super) fn hash(self, id: &str) -> u64 {
        xxh3_64_with_seed(id.as_bytes(), self.0)
    }
}

impl Index {
    /// Nothing yet. The seed keeps who chooses ids from choosing their hashes.
    pub(super) fn new(seed: u64) -> Self {
        Self {
            tables: vec![HashTable::new()],
            seed,
        }
    }

    pub(super) fn hash(&self, id: &str) -> u64 {
        self.hasher().hash(id)
    }

    /// What hashes ids, apart from the index.
    pub(super) fn hasher(&self) -> Hasher {
        Hasher(self.seed)
    }

    /// The number with this hash that is the wanted one.
    #[inline]
    pub(super) fn find(&self, hash: u64, is_wanted: impl Fn(u32) -> bool) -> Option<u32> {
        let table = &self.tables[self.table(hash)];
        table.find(hash, |number| is_wanted(*number)).copied()
    }

    /// Adds a number that is not there. `hash_of` hashes the ids of those that are.
    pub(super) fn add(&mut self, hash: u64, number: u32, hash_of: impl Fn(u32) -> u64) {
        if self.tables.len() == 1 && self.tables[0].len() >= SMALL {
            self.divide(&hash_of);
        }
        let table = self.table(hash);
        self.tables[table].insert_unique(hash, number, |number| hash_of(*number));
    }

    pub(super) fn remove(&mut self, hash: u64, number: u32) {
        let table = self.table(hash);
        if let Ok(found) = self.tables[table].find_entry(hash, |known| *known == number) {
            found.remove();
        }
    }

    fn divide(&mut self, hash_of: impl Fn(u32) -> u64) {
        let numbers: Vec<u32> = self.tables[0].iter().copied().collect();
        self.tables = vec![HashTable::new(); TABLES];
        for number in numbers {
            let hash = hash_of(number);
            let table = self.table(hash);
            self.tables[table].insert_unique(hash, number, |number| hash_of(*number));
        }
    }

    /// By bits that the tables themselves use last.
    fn table(&self, hash: u64) -> usize {
        (hash >> 40) as usize & (self.tables.len() - 1)
    }

    pub(super) fn bytes(&self) -> usize {
        self.tables.iter().map(HashTable::allocation_size).sum()
    }
}
