//! What the instances of a fleet should run.

mod row;

pub(super) use row::{Row, Verdict};

use std::sync::Arc;

use vortex_bucket::{Arm, Forced, Seed, Share};
use xxhash_rust::xxh3::Xxh3;

/// The most splits whose combinations of arms are known.
pub(super) const MAX_SPLITS: usize = 3;
/// How many combinations of arms there are at most.
pub(super) const COMBINATIONS: usize = 1 << MAX_SPLITS;

/// What the instances of a fleet should run, at a position of the log. One arm of each split makes
/// a combination: bit `i` is that of split `i`, set for the canary.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The log's position.
    pub position: u64,
    /// The splits that concern the fleet.
    pub splits: Vec<Split>,
    /// What each combination of arms is served; None where that can't be known. Empty for all of
    /// them.
    pub variants: Vec<Option<Variant>>,
    /// What was and is served, newest first.
    pub served: Vec<Served>,
}

/// A split that concerns a fleet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// Its id.
    pub id: Arc<str>,
    /// Its change set's name.
    pub change: Arc<str>,
    /// The number of its last move.
    pub generation: u64,
    /// The seed of its buckets.
    pub seed: Seed,
    /// The share of readers that is in the canary.
    pub share: Share,
    /// The keys that have their arm at every share.
    pub forced: Forced,
    /// Whether subjects are told apart by it, and not instances.
    pub by_subject: bool,
}

/// What one combination of arms is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// The effective version. Empty where no document takes part.
    pub version: Arc<str>,
    /// Other names that instances may know it by.
    pub names: Vec<Arc<str>>,
}

/// A version that was served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// Every name that it was served under.
    pub names: Vec<Arc<str>>,
    /// The combination of arms that it was served to. None if that is no more.
    pub arms: Option<u8>,
}

impl Split {
    /// The arm of an instance. A split by subject gives it none: stable stands for it.
    pub(super) fn arm(&self, id: &str) -> Arm {
        if self.by_subject {
            return Arm::Stable;
        }
        match self.forced.arm(id) {
            Some(arm) => arm,
            None => vortex_bucket::arm(self.seed, self.share, id),
        }
    }
}

impl Variant {
    /// Whether an instance that runs a version of this name runs this one.
    fn is(&self, version: &str) -> bool {
        *self.version == *version || self.names.iter().any(|name| **name == *version)
    }
}

impl Served {
    fn is(&self, version: &str) -> bool {
        self.names.iter().any(|name| **name == *version)
    }
}

impl Plan {
    /// The combination of arms of an instance.
    #[inline]
    pub(super) fn arms(&self, id: &str) -> u8 {
        if self.splits.is_empty() || self.variants.is_empty() {
            return 0;
        }
        let splits = self.splits.iter().take(MAX_SPLITS).enumerate();
        splits.fold(0, |arms, (index, split)| {
            arms | u8::from(split.arm(id) == Arm::Canary) << index
        })
    }

    /// The variants that are right for these arms: with each arm of the splits by subject.
    fn right(&self, arms: u8) -> impl Iterator<Item = (u8, &Variant)> {
        let by_subject = self.by_subject();
        let variants = (0_u8..).zip(&self.variants);
        variants.filter_map(move |(of, variant)| {
            let is_right = of & !by_subject == arms & !by_subject;
            variant
                .as_ref()
                .filter(|_| is_right)
                .map(|right| (of, right))
        })
    }

    /// What an instance with these arms should run when it reads for nobody in particular.
    pub(super) fn expected(&self, arms: u8) -> Option<&Variant> {
        self.variants.get(usize::from(arms))?.as_ref()
    }

    /// The splits by subject, as bits.
    fn by_subject(&self) -> u8 {
        let splits = self.splits.iter().take(MAX_SPLITS).enumerate();
        splits.fold(0, |mask, (index, split)| {
            mask | u8::from(split.by_subject) << index
        })
    }

    /// For each combination of arms, a number that stands for the versions that are right for it: it
    /// changes when those do, whatever splits come and go. 0 where that is not known.
    pub(super) fn marks(&self) -> [u32; COMBINATIONS] {
        let mut marks = [0; COMBINATIONS];
        for (arms, mark) in (0_u8..).zip(&mut marks).take(self.variants.len()) {
            let mut right: Vec<&str> = self.right(arms).map(|(_, right)| &*right.version).collect();
            if right.is_empty() || self.expected(arms).is_none() {
                continue;
            }
            right.sort_unstable();
            right.dedup();
            let mut hash = Xxh3::new();
            for version in right {
                hash.update(version.as_bytes());
                hash.update(&[0]);
            }
            *mark = (hash.digest() as u32).max(1);
        }
        marks
    }

    /// For each combination of arms that there is, the percentage of all instances that should be
    /// in it. Splits choose apart from each other.
    pub(super) fn percentage(&self, arms: u8) -> f64 {
        let splits = self.splits.iter().take(MAX_SPLITS).enumerate();
        let parts = splits.map(|(index, split)| {
            let canary = match split.by_subject {
                true => 0.0,
                false => split.share.percentage() / 100.0,
            };
            match arms >> index & 1 {
                1 => canary,
                _ => 1.0 - canary,
            }
        });
        100.0 * parts.product::<f64>()
    }
}
