//! The sketch: bins that grow and merge.

use std::time::Duration;

use crate::mapping::{index_of, value_of};

/// How many bins a sketch has at most: from 1 ms they reach to 28 s.
pub(crate) const MAX_BINS: usize = 512;
/// The shortest latency, in seconds; shorter ones count as zero.
pub(crate) const SHORTEST: f64 = 1e-9;
/// The longest latency that is taken, in seconds.
pub(crate) const LONGEST: f64 = 1e6;

/// Latencies in seconds, counted by bins whose bounds grow by 2 %.
///
/// When there would be more bins than 512, the lowest are joined, so high quantiles keep their
/// accuracy. Equal values in any order and by any merges make equal sketches.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sketch {
    /// The index of the first bin, which is not empty if there is one.
    pub(crate) first: i32,
    pub(crate) bins: Vec<f64>,
    pub(crate) zero: f64,
}

/// All that a sketch holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Bins {
    /// The index of the first bin.
    pub first: i32,
    /// The bins that follow each other from there: 512 at most.
    pub counts: Vec<f64>,
    /// How many values count as zero.
    pub zero: f64,
}

impl Sketch {
    /// All of it, to be stored.
    pub fn bins(&self) -> Bins {
        Bins {
            first: self.first,
            counts: self.bins.clone(),
            zero: self.zero,
        }
    }

    /// The sketch that was stored; none if no sketch has such bins.
    pub fn from_bins(bins: Bins) -> Option<Self> {
        let Bins {
            first,
            counts,
            zero,
        } = bins;
        let behind = i64::from(first) + counts.len() as i64;
        let lie_in_range =
            first >= index_of(SHORTEST) && behind <= i64::from(index_of(LONGEST)) + 1;
        let fit = counts.is_empty() || (counts.len() <= MAX_BINS && lie_in_range);
        let are_counts = counts.iter().chain([&zero]).all(|count| *count >= 0.0);
        (fit && are_counts).then_some(Self {
            first,
            bins: counts,
            zero,
        })
    }

    /// How far a quantile may be from the value it stands for, as a part of it.
    pub const ACCURACY: f64 = 0.01;

    /// Adds one latency; what is longer than eleven days counts as that.
    pub fn record(&mut self, latency: Duration) {
        match bin_of(latency) {
            Some(index) => self.count_bins(index, &[1.0]),
            None => self.zero += 1.0,
        }
    }

    /// How many latencies there are.
    pub fn count(&self) -> f64 {
        self.zero + self.bins.iter().sum::<f64>()
    }

    /// Adds all that another counted.
    pub fn merge(&mut self, other: &Self) {
        self.zero += other.zero;
        self.count_bins(other.first, &other.bins);
    }

    /// The latency in seconds that the part `q` of all are not above; none of none.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let count = self.count();
        if count <= 0.0 {
            return None;
        }
        let rank = q.clamp(0.0, 1.0) * (count - 1.0).max(0.0);
        self.at_rank(rank)
    }

    /// The latency in seconds below which `rank` of them are.
    fn at_rank(&self, rank: f64) -> Option<f64> {
        let mut below = self.zero;
        if rank < below {
            return Some(0.0);
        }
        for (index, count) in self.occupied() {
            below += count;
            if rank < below {
                return Some(value_of(index));
            }
        }
        // Sums of fractions may fall short of the rank by a rounding.
        let last = self.first + self.bins.len() as i32 - 1;
        Some(value_of(last))
    }

    /// The latency in seconds that so many are above: the longest but `above` of them; none of none.
    pub fn longest_but(&self, above: f64) -> Option<f64> {
        let count = self.count();
        if count <= 0.0 {
            return None;
        }
        self.at_rank((count - 1.0 - above).max(0.0))
    }

    /// How many latencies are above this one, in seconds.
    pub fn count_above(&self, latency: f64) -> f64 {
        self.occupied()
            .filter(|(index, _)| value_of(*index) > latency)
            .map(|(_, count)| count)
            .sum()
    }

    fn occupied(&self) -> impl Iterator<Item = (i32, f64)> {
        (self.first..)
            .zip(self.bins.iter().copied())
            .filter(|(_, count)| *count > 0.0)
    }

    /// Adds bins that follow each other, the first and last of which are not empty.
    pub(crate) fn count_bins(&mut self, first: i32, counts: &[f64]) {
        let Some(behind) = counts.len().checked_sub(1) else {
            return;
        };
        self.reach_up(first, first + behind as i32);
        self.reach_down(first);
        for (index, count) in (first..).zip(counts) {
            let bin = (index - self.first).max(0) as usize;
            self.bins[bin] += count;
        }
    }

    /// Makes bins up to `last`, and joins the lowest that are then too many.
    fn reach_up(&mut self, first: i32, last: i32) {
        if self.bins.is_empty() {
            self.first = first;
        }
        let length = (last - self.first + 1).max(0) as usize;
        if length > self.bins.len() {
            self.bins.resize(length, 0.0);
        }
        let excess = self.bins.len().saturating_sub(MAX_BINS);
        if excess > 0 {
            let joined: f64 = self.bins.drain(..excess).sum();
            self.bins[0] += joined;
            self.first += excess as i32;
        }
    }

    /// Makes bins down to `first`, as far as there may be any.
    fn reach_down(&mut self, first: i32) {
        let room = MAX_BINS - self.bins.len();
        let missing = (self.first - first).clamp(0, room as i32);
        self.bins.splice(..0, (0..missing).map(|_| 0.0));
        self.first -= missing;
    }
}

/// Adds latencies, as [`Sketch::record`] adds one, and makes bins once for all of them.
impl Extend<Duration> for Sketch {
    fn extend<T: IntoIterator<Item = Duration>>(&mut self, latencies: T) {
        let mut indexes = Vec::new();
        for latency in latencies {
            match bin_of(latency) {
                Some(index) => indexes.push(index),
                None => self.zero += 1.0,
            }
        }
        let (first, last) = (indexes.iter().min(), indexes.iter().max());
        if let (Some(&first), Some(&last)) = (first, last) {
            let mut counts = vec![0.0; (last - first) as usize + 1];
            for index in indexes {
                counts[(index - first) as usize] += 1.0;
            }
            self.count_bins(first, &counts);
        }
    }
}

/// The bin of a latency; none of one that counts as zero.
fn bin_of(latency: Duration) -> Option<i32> {
    let seconds = latency.as_secs_f64().min(LONGEST);
    (seconds >= SHORTEST).then(|| index_of(seconds))
}
