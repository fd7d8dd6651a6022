//! Hashes a rollout and a key into a bucket.

use std::fmt;

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// What a rollout's buckets are drawn with: the XXH3 hash of its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Seed(u64);

impl Seed {
    /// The seed of the rollout with this id.
    pub fn of(rollout: &str) -> Self {
        Self(xxh3_64(rollout.as_bytes()))
    }

    /// The seed with these bits, as [`Seed::bits`] gives them.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The hash itself, for messages.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The bucket of a key, which may be empty. Takes time in proportion to the key's length.
    #[inline]
    pub fn bucket(self, key: &str) -> Bucket {
        self.cell::<1>(key).0
    }

    /// The bucket of a key, and which of its `PARTS` equal parts the key falls into, from 0.
    #[inline]
    pub fn cell<const PARTS: u32>(self, key: &str) -> (Bucket, u32) {
        let hash = xxh3_64_with_seed(key.as_bytes(), self.0);
        // The high half of the product is even over all cells, without a division by their number.
        let cells = u128::from(Bucket::COUNT) * u128::from(PARTS);
        let cell = ((u128::from(hash) * cells) >> 64) as u64;
        let parts = u64::from(PARTS);
        (Bucket((cell / parts) as u16), (cell % parts) as u32)
    }
}

/// Sixteen hexadecimal digits.
impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// One ten-thousandth of a rollout's readers: 0 to 9,999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bucket(u16);

impl Bucket {
    /// How many buckets there are.
    pub const COUNT: u16 = 10_000;

    /// Its number, 0 to 9,999.
    pub const fn number(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
