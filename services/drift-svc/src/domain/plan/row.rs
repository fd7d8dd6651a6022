//! What a version is to each combination of arms.

use super::{COMBINATIONS, Plan};

/// What a version is to the instances of one combination of arms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::domain) enum Verdict {
    /// Nothing can be said: what they should run is not known.
    #[default]
    Unjudged,
    /// They should run it, and it is the stable one.
    Stable,
    /// They should run it, and it is a canary's, or either arm's of a split by subject.
    Canary,
    /// They may run it, although there is a newer one.
    Tolerated,
    /// It was or is served here, but not to them now.
    Other,
    /// It was never served here, or too long ago.
    Unknown,
}

/// What a version is to each combination of arms.
pub(in crate::domain) type Row = [Verdict; COMBINATIONS];

impl Verdict {
    /// Whether it is what they should run.
    pub(in crate::domain) const fn is_expected(self) -> bool {
        matches!(self, Self::Stable | Self::Canary)
    }
}

impl Plan {
    /// What a version is to each combination of arms, where `tolerance` versions back are tolerated.
    pub(in crate::domain) fn row(&self, version: &str, tolerance: usize) -> Row {
        let mut row = [Verdict::Unjudged; COMBINATIONS];
        let is_known = version.is_empty() || self.is_known(version);
        for (arms, verdict) in (0_u8..).zip(&mut row) {
            *verdict = self.verdict(arms, version, tolerance, is_known);
        }
        row
    }

    fn verdict(&self, arms: u8, version: &str, tolerance: usize, is_known: bool) -> Verdict {
        if self.expected(arms).is_none() {
            return match is_known || self.variants.is_empty() {
                true => Verdict::Unjudged,
                false => Verdict::Unknown,
            };
        }
        let mut right = self.right(arms).filter(|(_, variant)| variant.is(version));
        if let Some((of, _)) = right.next() {
            return match of == 0 && self.by_subject() == 0 {
                true => Verdict::Stable,
                false => Verdict::Canary,
            };
        }
        match (self.is_tolerated(arms, version, tolerance), is_known) {
            (true, _) => Verdict::Tolerated,
            (false, true) => Verdict::Other,
            (false, false) => Verdict::Unknown,
        }
    }

    /// Whether it is among the last of those that the arms got before what they get now.
    fn is_tolerated(&self, arms: u8, version: &str, tolerance: usize) -> bool {
        if version.is_empty() || tolerance == 0 {
            return false;
        }
        let by_subject = self.by_subject();
        (0_u8..).zip(&self.variants).any(|(of, current)| {
            let Some(current) = current else { return false };
            let is_of_arms = of & !by_subject == arms & !by_subject;
            let ring = self.served.iter().filter(|served| served.arms == Some(of));
            let before = ring.skip_while(|served| served.is(&current.version));
            is_of_arms && before.take(tolerance).any(|served| served.is(version))
        })
    }

    fn is_known(&self, version: &str) -> bool {
        let mut variants = self.variants.iter().flatten();
        variants.any(|variant| variant.is(version))
            || self.served.iter().any(|served| served.is(version))
    }
}
