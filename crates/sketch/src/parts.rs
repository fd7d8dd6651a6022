//! A sketch as it goes over the wire.

use crate::{
    mapping::{Mapping, index_of},
    sketch::{LONGEST, MAX_BINS, SHORTEST, Sketch},
};

/// How many bins a sketch that comes in may have.
const MAX_GIVEN: usize = 4_096;
/// How far such a sketch may be off.
const COARSEST: f64 = 0.05;
/// How many latencies it may count.
const MAX_COUNT: f64 = 1e12;

/// How far its indexes may be shifted: as far as indexes go.
const MAX_OFFSET: f64 = 2_147_483_648.0;

/// The content of DDSketch's message, for values that are not negative.
#[derive(Debug, Clone, PartialEq)]
pub struct Parts {
    /// How many seconds a value of 1 is: a thousandth in sketches of milliseconds.
    pub unit: f64,
    /// Which values the bins are for.
    pub mapping: Mapping,
    /// The counts of bins that follow each other.
    pub contiguous: Vec<f64>,
    /// The index of the first of them.
    pub contiguous_first: i32,
    /// Bins by index, and their counts; one that is contiguous too has the sum.
    pub sparse: Vec<(i32, f64)>,
    /// How many values are zero.
    pub zero: f64,
}

/// A sketch that can't be used.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum InvalidSketch {
    /// Not a mapping to bins.
    #[error("gamma {gamma} with index offset {index_offset} is not a valid mapping")]
    Mapping {
        /// What was given.
        gamma: f64,
        /// What was given.
        index_offset: f64,
    },
    /// Bins so wide that no gate could judge by them.
    #[error("the sketch has a relative error of {:.1} %, at most 5 % is allowed", accuracy * 100.0)]
    TooCoarse {
        /// As a part of the value.
        accuracy: f64,
    },
    /// More bins than are read.
    #[error("the sketch has {bins} bins, at most {MAX_GIVEN} are allowed")]
    TooManyBins {
        /// How many there are.
        bins: usize,
    },
    /// A count that is none.
    #[error("a bin counts {count}, which is negative or not a number")]
    Count {
        /// What was given.
        count: f64,
    },
    /// More latencies than one report may have.
    #[error("the sketch counts {count} latencies, at most {MAX_COUNT} are allowed")]
    TooMany {
        /// How many there are.
        count: f64,
    },
    /// A latency of more than eleven days.
    #[error("bin {index} is for latencies above {LONGEST} seconds")]
    TooLong {
        /// Its index.
        index: i32,
    },
}

impl Parts {
    fn check(&self) -> Result<(), InvalidSketch> {
        let Mapping {
            gamma,
            index_offset,
            ..
        } = self.mapping;
        if !(gamma > 1.0 && gamma.is_finite() && index_offset.abs() <= MAX_OFFSET) {
            return Err(InvalidSketch::Mapping {
                gamma,
                index_offset,
            });
        }
        let accuracy = self.mapping.accuracy();
        if accuracy > COARSEST {
            return Err(InvalidSketch::TooCoarse { accuracy });
        }
        let bins = self.contiguous.len() + self.sparse.len();
        if bins > MAX_GIVEN {
            return Err(InvalidSketch::TooManyBins { bins });
        }
        self.check_counts()
    }

    fn check_counts(&self) -> Result<(), InvalidSketch> {
        let sparse = self.sparse.iter().map(|(_, count)| count);
        let mut total = 0.0;
        for &count in self.contiguous.iter().chain(sparse).chain([&self.zero]) {
            if !(count.is_finite() && count >= 0.0) {
                return Err(InvalidSketch::Count { count });
            }
            total += count;
        }
        if total > MAX_COUNT {
            return Err(InvalidSketch::TooMany { count: total });
        }
        Ok(())
    }

    /// The bins that count something.
    fn occupied(&self) -> impl Iterator<Item = (i32, f64)> {
        let first = i64::from(self.contiguous_first);
        // Indexes beyond those of the message are not of latencies either.
        let index = |index: i64| i32::try_from(index).unwrap_or(i32::MAX);
        let contiguous = (first..).map(index).zip(self.contiguous.iter().copied());
        contiguous
            .chain(self.sparse.iter().copied())
            .filter(|(_, count)| *count > 0.0)
    }
}

impl Sketch {
    /// The sketch of what was sent. Bins of another mapping are counted where their values lie in
    /// ours, which adds both inaccuracies.
    pub fn from_parts(parts: &Parts) -> Result<Self, InvalidSketch> {
        parts.check()?;
        let (shortest, longest) = (index_of(SHORTEST), index_of(LONGEST));
        let to_ours = parts.mapping.to_ours(parts.unit);
        let mut sketch = Self {
            zero: parts.zero,
            ..Self::default()
        };
        for (given, count) in parts.occupied() {
            match to_ours.index(given) {
                index if index > longest => return Err(InvalidSketch::TooLong { index: given }),
                index if index < shortest => sketch.zero += count,
                index => sketch.count_bins(index, &[count]),
            }
        }
        Ok(sketch)
    }

    /// What is sent of it: at most 512 contiguous bins.
    pub fn parts(&self) -> Parts {
        debug_assert!(self.bins.len() <= MAX_BINS);
        Parts {
            unit: 1.0,
            mapping: Mapping::OURS,
            contiguous: self.bins.clone(),
            contiguous_first: self.first,
            sparse: Vec::new(),
            zero: self.zero,
        }
    }
}
