//! Measured times and their summary.

use std::time::Duration;

use serde_json::{Value, json};

/// What was measured of each promotion.
#[derive(Debug, Default)]
pub(super) struct Times {
    /// To the first read of the new version.
    pub(super) first_read: Sample,
    /// Until every client has read it.
    pub(super) every_client: Sample,
    /// To the answer of the promotion itself.
    pub(super) answer: Sample,
}

/// Times of one kind.
#[derive(Debug, Default)]
pub(super) struct Sample(Vec<Duration>);

impl Sample {
    pub(super) fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// For programs, in milliseconds.
    pub(super) fn figures(&self) -> Value {
        let [p50, p99, max] = self.quantiles().map(millis);
        json!({"p50_ms": p50, "p99_ms": p99, "max_ms": max})
    }

    /// For people.
    pub(super) fn row(&self, name: &str) -> [String; 5] {
        let [p50, p99, max] = self
            .quantiles()
            .map(|time| format!("{:.1}ms", millis(time)));
        [name.to_owned(), self.0.len().to_string(), p50, p99, max]
    }

    /// The median, the 99th percentile and the longest, each a time that was measured: nearest
    /// rank.
    fn quantiles(&self) -> [Duration; 3] {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = |percent: usize| (sorted.len() * percent).div_ceil(100).saturating_sub(1);
        [50, 99, 100].map(|percent| sorted.get(rank(percent)).copied().unwrap_or_default())
    }
}

/// To the microsecond.
fn millis(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_times_that_were_measured() {
        let mut sample = Sample::default();
        assert_eq!(sample.quantiles(), [Duration::ZERO; 3]);
        for time in (1..=200).rev() {
            sample.add(Duration::from_millis(time));
        }
        assert_eq!(
            sample.quantiles(),
            [100, 198, 200].map(Duration::from_millis)
        );
        assert_eq!(
            sample.row("x"),
            ["x", "200", "100.0ms", "198.0ms", "200.0ms"]
        );
    }
}
