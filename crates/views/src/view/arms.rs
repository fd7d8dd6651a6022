//! The arms that a view's splits give.

use vortex_bucket::Arm;

/// One arm of each split of a view: bit `i` is that of split `i`, set for the canary. No bit set is
/// stable on all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arms(u32);

impl Arms {
    /// How many splits have a bit. Of views with more than three, no combination is known anyway.
    pub(crate) const MAX: usize = 32;
    /// Stable on all splits.
    pub const STABLE: Self = Self(0);

    /// The arms with these bits.
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// The bits.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// These arms, with the canary of the split at `index`, 31 at most.
    #[must_use]
    pub const fn with_canary(self, index: usize) -> Self {
        Self(self.0 | 1 << index)
    }

    /// The arm of the split at an index; stable if it has no bit.
    pub const fn get(self, index: usize) -> Arm {
        match index < Self::MAX && self.0 >> index & 1 == 1 {
            true => Arm::Canary,
            false => Arm::Stable,
        }
    }

    /// The position among the variants of a view.
    pub(crate) const fn index(self) -> usize {
        self.0 as usize
    }

    /// Whether these arms are `other` but for the splits in `mask`.
    pub(crate) const fn is_but_for(self, mask: Self, other: Self) -> bool {
        self.0 & !mask.0 == other.0 & !mask.0
    }
}
