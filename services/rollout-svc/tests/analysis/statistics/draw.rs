//! Draws counts and latencies.

use std::time::Duration;

use fastrand::Rng;
use vortex_sketch::Sketch;

/// Draws binomial counts, by inversion outwards from their mode.
pub(super) struct Binomial {
    /// `ln n!` for each n.
    factorials: Vec<f64>,
}

impl Binomial {
    pub(super) fn up_to(trials: u32) -> Self {
        let factorials = (0..=trials).scan(0.0, |sum, n| {
            *sum += f64::from(n.max(1)).ln();
            Some(*sum)
        });
        Self {
            factorials: factorials.collect(),
        }
    }

    /// The number of trials that succeed.
    pub(super) fn draw(&self, rng: &mut Rng, trials: u64, rate: f64) -> u64 {
        let odds = rate / (1.0 - rate);
        let mode = ((trials + 1) as f64 * rate) as u64;
        let mass = self.mass(trials, mode, rate);
        let (mut low, mut of_low) = (mode, mass);
        let (mut high, mut of_high) = (mode, mass);
        let mut left = rng.f64() - mass;
        while left > 0.0 && (low > 0 || high < trials) {
            if high < trials {
                of_high *= (trials - high) as f64 / (high + 1) as f64 * odds;
                high += 1;
                left -= of_high;
                if left <= 0.0 {
                    return high;
                }
            }
            if low > 0 {
                of_low *= low as f64 / (trials - low + 1) as f64 / odds;
                low -= 1;
                left -= of_low;
                if left <= 0.0 {
                    return low;
                }
            }
        }
        mode
    }

    fn mass(&self, trials: u64, successes: u64, rate: f64) -> f64 {
        let [n, k, rest] = [trials, successes, trials - successes]
            .map(|count| self.factorials[usize::try_from(count).unwrap()]);
        let likely = successes as f64 * rate.ln() + (trials - successes) as f64 * (-rate).ln_1p();
        (n - k - rest + likely).exp()
    }
}

/// Draws latencies with a long tail: lognormal, with a median of 50 ms times `slowdown` and a p99
/// of ten times that.
pub(super) fn latencies(rng: &mut Rng, count: u64, slowdown: f64) -> Sketch {
    let mut sketch = Sketch::default();
    for _ in 0..count {
        let seconds = 0.050 * slowdown * normal(rng).exp();
        sketch.record(Duration::from_secs_f64(seconds));
    }
    sketch
}

/// Draws a standard normal number, by Box and Muller.
fn normal(rng: &mut Rng) -> f64 {
    let radius = (-2.0 * (1.0 - rng.f64()).ln()).sqrt();
    radius * (std::f64::consts::TAU * rng.f64()).cos()
}
