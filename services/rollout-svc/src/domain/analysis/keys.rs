//! Counts distinct keys per arm, and tests whether their proportions match the share.

use std::fmt;

use super::{
    hypergeometric::Draw,
    words::{Percent, Threshold},
};

/// Below this probability the difference is not taken for chance. It is small because a rollout is
/// looked at many times.
pub const MISMATCH: f64 = 0.001;

/// One arm's part of the space of hashes, in equal cells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cells {
    /// The number of cells.
    pub all: u32,
    /// The number of cells that a key fell into.
    pub seen: u32,
}

/// The distinct keys that have read what a rollout concerns, by the arm that each is in at the
/// share in force.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SeenKeys {
    /// The canary's cells.
    pub canary: Cells,
    /// Stable's cells.
    pub stable: Cells,
}

/// A sample-ratio mismatch: the arms' parts of the keys differ from their shares by more than
/// chance explains.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mismatch {
    /// The canary's part of the keys.
    pub part: f64,
    /// The canary's share.
    pub share: f64,
    /// The number of keys.
    pub keys: u64,
}

impl Cells {
    /// The most likely number of distinct keys that fell into the cells: linear counting (Whang,
    /// Vander-Zanden, Taylor, *A Linear-Time Probabilistic Counting Algorithm for Database
    /// Applications*, 1990). If every cell has a key, the least number that is likely.
    pub fn keys(self) -> u64 {
        if self.seen == 0 {
            return 0;
        }
        let (all, empty) = (
            f64::from(self.all),
            f64::from(self.all - self.seen).max(1.0),
        );
        let keys = (all * (all / empty).ln()).round();
        // rounding must not hide keys that were seen
        (keys as u64).max(self.seen.into())
    }
}

impl SeenKeys {
    /// The canary's part of the keys; `None` without keys.
    pub fn canary_part(self) -> Option<f64> {
        let (canary, all) = (self.canary.keys(), self.keys());
        (all > 0).then(|| canary as f64 / all as f64)
    }

    /// The probability that the canary's part differs this much from its share by chance; `None`
    /// without keys, and when all readers are in one arm.
    ///
    /// The cells are tested, not the keys: if keys fall into cells by chance, the cells that have
    /// one are drawn from all cells without putting back, however many keys there are. So errors of
    /// the estimate do not enter the test.
    pub fn p_value(self) -> Option<f64> {
        let draw = Draw {
            marked: self.canary.all.into(),
            others: self.stable.all.into(),
            drawn: u64::from(self.canary.seen) + u64::from(self.stable.seen),
        };
        let is_tested = draw.marked > 0 && draw.others > 0 && draw.drawn > 0;
        is_tested.then(|| draw.two_sided(self.canary.seen.into()))
    }

    /// The mismatch, unless chance may explain it.
    pub fn mismatch(self) -> Option<Mismatch> {
        self.p_value().filter(|p| *p < MISMATCH)?;
        let all = f64::from(self.canary.all) + f64::from(self.stable.all);
        Some(Mismatch {
            part: self.canary_part()?,
            share: f64::from(self.canary.all) / all,
            keys: self.keys(),
        })
    }

    fn keys(self) -> u64 {
        self.canary.keys() + self.stable.keys()
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (part, share) = (Percent(self.part), Threshold(self.share));
        let keys = self.keys;
        write!(
            f,
            "the canary has {part} of {keys} distinct keys at a share of {share}, which is not \
             chance (p < {MISMATCH}): its readers are not a random part of all, so the arms can't \
             be compared"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vortex_bucket::{Bucket, Seed, Share};

    /// The cells of a bucket, as config-svc cuts it.
    const PARTS: u32 = 32;

    /// The cells of one rollout's keys.
    struct Seen {
        seed: Seed,
        cells: Vec<bool>,
    }

    impl Seen {
        fn of(rollout: &str) -> Self {
            let cells = vec![false; usize::from(Bucket::COUNT) * PARTS as usize];
            Self {
                seed: Seed::of(rollout),
                cells,
            }
        }

        fn see(&mut self, key: &str) {
            let (bucket, part) = self.seed.cell::<PARTS>(key);
            self.cells[usize::from(bucket.number()) * PARTS as usize + part as usize] = true;
        }

        fn at(&self, share: Share) -> SeenKeys {
            let canary = usize::from(share.hundredths()) * PARTS as usize;
            let cells = |cells: &[bool]| Cells {
                all: cells.len() as u32,
                seen: cells.iter().filter(|seen| **seen).count() as u32,
            };
            let (canary, stable) = self.cells.split_at(canary);
            SeenKeys {
                canary: cells(canary),
                stable: cells(stable),
            }
        }
    }

    fn share(percent: &str) -> Share {
        percent.parse().unwrap()
    }

    #[test]
    fn keys_are_counted_within_a_hundredth() {
        let mut seen = Seen::of("r1");
        for number in 1..=1_000_000_u64 {
            seen.see(&format!("pod-{number}"));
            if [10, 100, 1_000, 10_000, 100_000, 1_000_000].contains(&number) {
                let found = seen.at(share("25"));
                let (canary, all) = (found.canary.keys() as f64, found.keys() as f64);
                let exact = number as f64;
                assert!((all - exact).abs() <= 0.01 * exact, "{all} of {number}");
                let sampling = 5.0 * (exact * 0.25 * 0.75).sqrt();
                assert!(
                    (canary - exact / 4.0).abs() <= sampling,
                    "{canary} of {number}"
                );
                assert_eq!(found.mismatch(), None, "{found:?}");
            }
        }
    }

    #[test]
    fn full_cells_are_counted_as_the_least_that_is_likely() {
        let full = Cells { all: 32, seen: 32 };
        assert_eq!(full.keys(), 111);
        assert_eq!(Cells { all: 0, seen: 0 }.keys(), 0);
    }

    #[test]
    fn what_is_in_one_arm_alone_is_a_mismatch() {
        let cells = |canary, stable| SeenKeys {
            canary: Cells {
                all: 16_000,
                seen: canary,
            },
            stable: Cells {
                all: 304_000,
                seen: stable,
            },
        };
        assert_eq!(cells(0, 0).p_value(), None);
        // 1 of 2 at a share of 5 % proves nothing, 3 of 3 do
        assert_eq!(cells(1, 1).mismatch(), None);
        let told = cells(3, 0).mismatch().unwrap().to_string();
        assert!(told.contains("100.0 % of 3 distinct keys"), "{told}");
        assert!(told.contains("at a share of 5 %"), "{told}");
        assert_eq!(cells(0, 100).mismatch(), None);
        assert!(cells(0, 200).mismatch().is_some());
        let everybody = SeenKeys {
            canary: Cells {
                all: 320_000,
                seen: 40,
            },
            stable: Cells::default(),
        };
        assert_eq!((everybody.p_value(), everybody.mismatch()), (None, None));
    }

    /// At one look, one in a thousand would be wrong; there are forty looks, at much the same keys.
    #[test]
    fn rollouts_that_are_looked_at_all_the_time_seldom_warn() {
        let (rollouts, mut warned) = (1_000, 0);
        for rollout in 0..rollouts {
            let mut seen = Seen::of(&format!("rollout-{rollout}"));
            let stages = ["1", "5", "25", "50"].map(share);
            let mut ever = false;
            for key in 0..400 {
                seen.see(&format!("pod-{key}"));
                if key % 10 == 9 {
                    let stage = stages[key / 100];
                    ever |= seen.at(stage).mismatch().is_some();
                }
            }
            warned += usize::from(ever);
        }
        println!("{warned} of {rollouts} warned");
        assert!(warned <= rollouts / 100, "{warned} of {rollouts}");
    }
}
