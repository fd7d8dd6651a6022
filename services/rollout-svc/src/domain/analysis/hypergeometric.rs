//! The exact hypergeometric test: how probable it is by chance that so many of a sample come from
//! one part.

use super::binomial::{mass, sum};

/// A draw without putting back: a sample of all, some of which are marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Draw {
    /// How many are marked.
    pub(super) marked: u64,
    /// How many are not.
    pub(super) others: u64,
    /// How many of all are drawn.
    pub(super) drawn: u64,
}

impl Draw {
    /// The probability that the number of marked ones in the sample is as far from the expected
    /// number as `found`, or farther: twice the probability of that on the side where it lies.
    pub(super) fn two_sided(self, found: u64) -> f64 {
        let side = self.lower_tail(found).min(self.upper_tail(found));
        (2.0 * side).min(1.0)
    }

    /// The probability of `found` marked ones or more.
    pub(super) fn upper_tail(self, found: u64) -> f64 {
        if found <= self.least() {
            return 1.0;
        }
        if found > self.most() {
            return 0.0;
        }
        if (found as f64) <= self.expected() {
            return 1.0 - self.falling(found - 1);
        }
        self.rising(found)
    }

    /// The probability of `found` marked ones or fewer.
    fn lower_tail(self, found: u64) -> f64 {
        if found >= self.most() {
            return 1.0;
        }
        if found < self.least() {
            return 0.0;
        }
        if found as f64 >= self.expected() {
            return 1.0 - self.rising(found + 1);
        }
        self.falling(found)
    }

    /// The sum of the terms at `from` and above, which fall since `from` is above the mode.
    fn rising(self, from: u64) -> f64 {
        let [marked, others, drawn] = self.numbers();
        let ratio = |k: f64| (marked - k) * (drawn - k) / ((k + 1.0) * (others - drawn + k + 1.0));
        sum(self.mass(from), from as f64, ratio, 1.0)
    }

    /// The sum of the terms at `from` and below.
    fn falling(self, from: u64) -> f64 {
        let [marked, others, drawn] = self.numbers();
        let ratio = |k: f64| k * (others - drawn + k) / ((marked - k + 1.0) * (drawn - k + 1.0));
        sum(self.mass(from), from as f64, ratio, -1.0)
    }

    /// The probability of exactly `found`, from three binomial probabilities, as Loader computes
    /// it.
    fn mass(self, found: u64) -> f64 {
        let [marked, others, drawn] = self.numbers();
        let (found, p) = (found as f64, drawn / (marked + others));
        mass(marked, found, p) * mass(others, drawn - found, p) / mass(marked + others, drawn, p)
    }

    fn expected(self) -> f64 {
        let [marked, others, drawn] = self.numbers();
        drawn * marked / (marked + others)
    }

    fn least(self) -> u64 {
        self.drawn.saturating_sub(self.others)
    }

    fn most(self) -> u64 {
        self.drawn.min(self.marked)
    }

    fn numbers(self) -> [f64; 3] {
        [self.marked, self.others, self.drawn].map(|number| number as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The number of ways to choose `k` of `n`.
    fn choose(n: u64, k: u64) -> f64 {
        (0..k).fold(1.0, |ways, i| ways * (n - i) as f64 / (i + 1) as f64)
    }

    fn by_definition(draw: Draw, wanted: impl Fn(u64) -> bool) -> f64 {
        let Draw {
            marked,
            others,
            drawn,
        } = draw;
        let ways = (draw.least()..=draw.most())
            .filter(|k| wanted(*k))
            .map(|k| choose(marked, k) * choose(others, drawn - k));
        ways.sum::<f64>() / choose(marked + others, drawn)
    }

    #[test]
    fn it_is_what_the_definition_says() {
        for marked in 0..9 {
            for others in 0..12 {
                for drawn in 0..=marked + others {
                    let draw = Draw {
                        marked,
                        others,
                        drawn,
                    };
                    for found in 0..=draw.most() + 1 {
                        let upper = by_definition(draw, |k| k >= found);
                        let lower = by_definition(draw, |k| k <= found);
                        let close = |one: f64, other: f64| (one - other).abs() < 1e-12;
                        assert!(close(draw.upper_tail(found), upper), "{draw:?}, {found}");
                        assert!(close(draw.lower_tail(found), lower), "{draw:?}, {found}");
                    }
                }
            }
        }
    }

    #[test]
    fn it_is_what_other_software_says_of_many() {
        for (marked, drawn, found, expected) in REFERENCE {
            let draw = Draw {
                marked,
                others: 320_000 - marked,
                drawn,
            };
            let tail = draw.upper_tail(found);
            let precise = (tail - expected).abs() <= 1e-8 * expected;
            assert!(precise, "{found} of {drawn}: {tail}");
        }
    }
    /// Of 320,000: marked, drawn, found, and the upper tail by exact fractions.
    const REFERENCE: [(u64, u64, u64, f64); 6] = [
        (16_000, 200, 20, 0.002_656_075_692_677_714_6),
        (16_000, 200, 25, 2.588_111_659_030_433_8e-5),
        (3_200, 1_000, 21, 0.001_468_882_955_914_383_2),
        (160_000, 2_000, 1_070, 0.000_907_286_744_705_284_8),
        (32, 5_000, 3, 0.013_489_444_615_265_146),
        (16_000, 3_000, 170, 0.052_434_359_382_495_36),
    ];
}
