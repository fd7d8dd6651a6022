//! Decides which arm of each split a reader gets.

use std::sync::Arc;

use vortex_bucket::Arm;

use super::{Split, Unit};

/// A reader. Splits by a unit that it does not state leave it on stable.
#[derive(Debug, Clone, Copy, Default)]
pub struct Subject<'a> {
    /// The instance that reads.
    pub instance: Option<&'a str>,
    /// The user, session or request that it reads for.
    pub key: Option<&'a str>,
}

impl<'a> Subject<'a> {
    /// The value by which splits of this unit tell readers apart.
    #[inline]
    pub fn key_of(&self, unit: Unit) -> Option<&'a str> {
        match unit {
            Unit::Instance => self.instance,
            Unit::Subject => self.key,
        }
    }
}

/// A split and the arm it gave a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    pub split: Arc<Split>,
    pub arm: Arm,
    /// Whether the reader's key is forced into it.
    pub forced: bool,
}

/// The arms that a list of splits gives a reader, by index. Allocates nothing for up to 64 splits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Arms {
    first: u64,
    more: Vec<u64>,
}

impl Arms {
    /// The arms that `splits` give a reader.
    #[inline]
    pub(crate) fn of(splits: &[Arc<Split>], subject: &Subject<'_>) -> Self {
        let mut words = splits.chunks(64).map(|some| word(some, subject));
        Self {
            first: words.next().unwrap_or(0),
            more: words.collect(),
        }
    }

    /// The arms whose bits are set, of up to 64 splits.
    pub(crate) fn from_bits(bits: u64) -> Self {
        Self {
            first: bits,
            more: Vec::new(),
        }
    }

    /// The arm of the split at an index.
    pub(crate) fn get(&self, index: usize) -> Arm {
        let word = match index / 64 {
            0 => self.first,
            n => self.more.get(n - 1).copied().unwrap_or(0),
        };
        if word >> (index % 64) & 1 == 1 {
            Arm::Canary
        } else {
            Arm::Stable
        }
    }
}

#[inline]
fn word(splits: &[Arc<Split>], subject: &Subject<'_>) -> u64 {
    splits.iter().enumerate().fold(0, |word, (index, split)| {
        let canary = split.arm(subject) == Arm::Canary;
        word | u64::from(canary) << index
    })
}
