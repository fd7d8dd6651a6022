//! What became of reports, and when.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Map, Value, json};
use vortex_sketch::Sketch;

/// The quantiles that are told, with their names.
pub(super) const QUANTILES: [(&str, f64); 4] =
    [("P50", 0.5), ("P90", 0.9), ("P99", 0.99), ("P99.9", 0.999)];

/// What became of reports. Latencies are of requests, each from when it was due, within 1 %.
#[derive(Debug, Default)]
pub(super) struct Tally {
    sent: u64,
    refused: BTreeMap<String, u64>,
    latencies: Sketch,
    elapsed: Duration,
}

impl Tally {
    /// Counts a request that was answered, by what was refused of it.
    pub(super) fn answered(
        &mut self,
        reports: u64,
        refused: impl IntoIterator<Item = String>,
        latency: Duration,
    ) {
        self.sent += reports;
        self.latencies.record(latency);
        for code in refused {
            *self.refused.entry(code).or_default() += 1;
        }
    }

    /// Counts a request that was refused whole, or not answered.
    pub(super) fn failed(&mut self, reports: u64, code: &str) {
        self.sent += reports;
        *self.refused.entry(code.to_owned()).or_default() += reports;
    }

    /// Adds what another has counted at the same time.
    pub(super) fn add(&mut self, other: &Self) {
        self.sent += other.sent;
        self.latencies.merge(&other.latencies);
        for (code, count) in &other.refused {
            *self.refused.entry(code.clone()).or_default() += count;
        }
    }

    /// Says how long it took in all.
    pub(super) fn within(self, elapsed: Duration) -> Self {
        Self { elapsed, ..self }
    }

    pub(super) fn sent(&self) -> u64 {
        self.sent
    }

    pub(super) fn refused(&self) -> &BTreeMap<String, u64> {
        &self.refused
    }

    pub(super) fn taken(&self) -> u64 {
        self.sent - self.refused.values().sum::<u64>()
    }

    /// Reports that were taken a second.
    pub(super) fn rate(&self) -> f64 {
        self.taken() as f64 / self.elapsed.as_secs_f64().max(f64::MIN_POSITIVE)
    }

    /// A quantile of the latencies, which are kept in seconds.
    fn millis(&self, quantile: f64) -> Option<f64> {
        Some(self.latencies.quantile(quantile)? * 1e3)
    }

    /// For programs, in milliseconds; null where nothing was answered.
    pub(super) fn figures(&self) -> Value {
        let one = |(name, quantile): &(&str, f64)| {
            let millis = self.millis(*quantile);
            let name = name.to_lowercase().replace('.', "_");
            (format!("{name}_ms"), json!(millis.map(rounded)))
        };
        Value::Object(QUANTILES.iter().map(one).collect::<Map<_, _>>())
    }

    /// For people.
    pub(super) fn row(&self) -> [String; 8] {
        let refused = self.refused.iter();
        let refused: Vec<String> = refused
            .map(|(code, count)| format!("{count} {code}"))
            .collect();
        let refused = match refused.is_empty() {
            true => "-".to_owned(),
            false => refused.join(", "),
        };
        let latency = |(_, quantile): (&str, f64)| match self.millis(quantile) {
            Some(millis) => format!("{}ms", rounded(millis)),
            None => "-".to_owned(),
        };
        let [p50, p90, p99, p999] = QUANTILES.map(latency);
        let (sent, taken) = (self.sent.to_string(), self.taken().to_string());
        let rate = format!("{:.0}", self.rate());
        [sent, taken, rate, refused, p50, p90, p99, p999]
    }
}

/// To the microsecond.
fn rounded(millis: f64) -> f64 {
    (millis * 1e3).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_refused_is_not_taken() {
        let mut tally = Tally::default();
        let code = || "RATE_LIMITED".to_owned();
        tally.answered(100, [code(), code()], Duration::from_millis(10));
        tally.failed(50, "UNAVAILABLE");
        let mut all = Tally::default();
        all.add(&tally);
        all.add(&tally);
        let all = all.within(Duration::from_secs(2));
        assert_eq!((all.sent(), all.taken()), (300, 196));
        assert_eq!(all.rate(), 98.0);
        assert_eq!(all.row()[3], "4 RATE_LIMITED, 100 UNAVAILABLE");
        let p50 = all.figures()["p50_ms"].as_f64().unwrap();
        assert!((9.9..=10.1).contains(&p50), "{p50}");
    }

    #[test]
    fn without_an_answer_there_is_no_latency() {
        let tally = Tally::default().within(Duration::ZERO);
        assert_eq!(tally.figures()["p99_9_ms"], Value::Null);
        assert_eq!(tally.row().last().map(String::as_str), Some("-"));
    }
}
