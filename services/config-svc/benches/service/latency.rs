//! Times of single calls.

use std::time::Duration;

use vortex_kit::clock::{Clock as _, System};

/// Times that were taken.
#[derive(Default)]
pub(crate) struct Latencies(Vec<Duration>);

impl Latencies {
    pub(crate) fn add(&mut self, took: Duration) {
        self.0.push(took);
    }

    /// The median in nanoseconds.
    pub(crate) fn median(&mut self) -> f64 {
        self.0.sort_unstable();
        self.0[self.0.len() / 2].as_nanos() as f64
    }

    /// Prints how many there were, and their quantiles.
    pub(crate) fn print(mut self, name: &str) {
        self.0.sort_unstable();
        let last = self.0.len() - 1;
        let at = |share: f64| self.0[(last as f64 * share) as usize].as_nanos() as f64 / 1e3;
        println!(
            "{name}: {} calls, median {:.2} \u{b5}s, p90 {:.2} \u{b5}s, p99 {:.2} \u{b5}s",
            self.0.len(),
            at(0.5),
            at(0.9),
            at(0.99),
        );
    }
}

/// Takes the time of one call.
pub(crate) async fn timed<T>(clock: &System, call: impl Future<Output = T>) -> (T, Duration) {
    let start = clock.monotonic();
    let answer = call.await;
    (answer, clock.monotonic().saturating_sub(start))
}
