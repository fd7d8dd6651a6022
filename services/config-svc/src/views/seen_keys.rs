//! Estimates how many distinct keys a split has seen, with a bit for each cell of the space of
//! hashes.
//!
//! A key sets the bit of the cell that its hash falls into, and the number of set bits tells how
//! many distinct keys there were (linear counting; `docs/rollouts.md` has the precision). Cells are
//! equal parts of buckets, so those of the canary are told from those of stable at any share, and
//! the counts stay right when the share rises.

use std::sync::atomic::{AtomicU32, Ordering};

use vortex_bucket::{Bucket, Share};

/// Cells of a bucket: the bits of a word.
pub(super) const CELLS_PER_BUCKET: u32 = u32::BITS;

/// The keys that a split has seen: a word for each bucket. Takes no lock, and allocates only when
/// it is created.
#[derive(Debug)]
pub(super) struct SeenKeys(Box<[AtomicU32]>);

/// How many cells of each arm have seen a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenCells {
    /// Those of the canary.
    pub canary: u32,
    /// Those of stable.
    pub stable: u32,
    /// All cells of the canary, with and without keys.
    pub canary_all: u32,
    /// All cells of stable.
    pub stable_all: u32,
}

impl Default for SeenKeys {
    fn default() -> Self {
        let words = (0..Bucket::COUNT).map(|_| AtomicU32::new(0));
        Self(words.collect())
    }
}

impl SeenKeys {
    /// Notes a key in this cell of a bucket.
    #[inline]
    pub(super) fn see(&self, bucket: Bucket, part: u32) {
        self.see_cell(u32::from(bucket.number()) * CELLS_PER_BUCKET + part % CELLS_PER_BUCKET);
    }

    /// Notes a key in this cell: those of the first bucket come first. One that there is not is
    /// nobody's.
    #[inline]
    pub(super) fn see_cell(&self, cell: u32) {
        let Some(word) = self.0.get((cell / CELLS_PER_BUCKET) as usize) else {
            return;
        };
        let bit = 1 << (cell % CELLS_PER_BUCKET);
        // most were seen before, and then no cache line has to be had for writing
        if word.load(Ordering::Relaxed) & bit == 0 {
            word.fetch_or(bit, Ordering::Relaxed);
        }
    }

    /// How many cells of each arm have seen a key, at a share.
    pub(super) fn at(&self, share: Share) -> SeenCells {
        let count = |words: &[AtomicU32]| {
            let words = words.iter();
            words
                .map(|word| word.load(Ordering::Relaxed).count_ones())
                .sum()
        };
        let buckets = usize::from(share.hundredths()).min(self.0.len());
        let (canary, stable) = self.0.split_at(buckets);
        SeenCells {
            canary: count(canary),
            stable: count(stable),
            canary_all: canary.len() as u32 * CELLS_PER_BUCKET,
            stable_all: stable.len() as u32 * CELLS_PER_BUCKET,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;
    use vortex_bucket::{Arm, Seed, arm};

    fn seen(seed: Seed, keys: impl IntoIterator<Item = String>) -> SeenKeys {
        let seen = SeenKeys::default();
        for key in keys {
            let (bucket, part) = seed.cell::<CELLS_PER_BUCKET>(&key);
            seen.see(bucket, part);
        }
        seen
    }

    proptest! {
        #[test]
        fn a_cell_is_set_in_the_arm_that_serves_its_key(
            keys in prop::collection::vec("[a-z0-9-]{0,40}", 0..60),
            share in 0_u16..=10_000,
        ) {
            let (seed, share) = (Seed::of("r1"), Share::from_hundredths(share).unwrap());
            let of = |wanted: Arm| {
                let keys = keys.iter().filter(|key| arm(seed, share, key) == wanted);
                let cells = keys.map(|key| seed.cell::<CELLS_PER_BUCKET>(key));
                cells.collect::<HashSet<_>>().len() as u32
            };
            // how often a key reads makes no difference
            let twice = keys.iter().chain(&keys).cloned();
            let cells = seen(seed, twice).at(share);
            prop_assert_eq!((cells.canary, cells.stable), (of(Arm::Canary), of(Arm::Stable)));
            prop_assert_eq!(cells.canary_all, u32::from(share.hundredths()) * CELLS_PER_BUCKET);
            prop_assert_eq!(cells.canary_all + cells.stable_all, 10_000 * CELLS_PER_BUCKET);
        }
    }
}
