//! The exact binomial test.

use std::f64::consts::PI;

/// An outcome that is less probable than this is not taken for chance.
pub(super) const SIGNIFICANCE: f64 = 0.1;

/// The probability of `successes` or more in `trials`, when each has the probability `p`.
///
/// Takes time in proportion to the outcome's standard deviation at most.
pub(super) fn upper_tail(trials: u64, successes: u64, p: f64) -> f64 {
    if successes == 0 {
        return 1.0;
    }
    if successes > trials || p <= 0.0 {
        return 0.0;
    }
    if p >= 1.0 {
        return 1.0;
    }
    let (n, k) = (trials as f64, successes as f64);
    // Summed away from the mode, where terms fall quickly, so that few of them count.
    if k > n * p {
        sum(
            mass(n, k, p),
            k,
            |k| (n - k) / (k + 1.0) * p / (1.0 - p),
            1.0,
        )
    } else {
        let below = k - 1.0;
        let ratio = |k: f64| k / (n - k + 1.0) * (1.0 - p) / p;
        1.0 - sum(mass(n, below, p), below, ratio, -1.0)
    }
}

/// The term at `k` and those that follow it, each `ratio` times the one before.
pub(super) fn sum(first: f64, mut k: f64, ratio: impl Fn(f64) -> f64, step: f64) -> f64 {
    let (mut total, mut term) = (first, first);
    while term > total * f64::EPSILON {
        term *= ratio(k);
        k += step;
        total += term;
    }
    total.min(1.0)
}

/// The probability of exactly `k` in `n`: Loader's saddle-point expansion, which keeps its
/// precision where factorials have lost theirs.
///
/// Catherine Loader, *Fast and Accurate Computation of Binomial Probabilities*, 2000.
pub(super) fn mass(n: f64, k: f64, p: f64) -> f64 {
    let q = 1.0 - p;
    if k == 0.0 {
        return (n * (-p).ln_1p()).exp();
    }
    if k == n {
        return (n * p.ln()).exp();
    }
    let exponent = stirling_error(n)
        - stirling_error(k)
        - stirling_error(n - k)
        - deviance(k, n * p)
        - deviance(n - k, n * q);
    (n / (2.0 * PI * k * (n - k))).sqrt() * exponent.exp()
}

/// `ln n!` less Stirling's approximation of it.
fn stirling_error(n: f64) -> f64 {
    if n < 16.0 {
        let factorial: f64 = (1..=n as u32).map(f64::from).product();
        return factorial.ln() - (n + 0.5) * n.ln() + n - 0.5 * (2.0 * PI).ln();
    }
    let square = n * n;
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1_260.0 - 1.0 / 1_680.0 / square) / square) / square) / n
}

/// `x ln(x / expected) + expected - x`, precise where both are close.
fn deviance(x: f64, expected: f64) -> f64 {
    let difference = x - expected;
    if difference.abs() >= 0.1 * (x + expected) {
        return x * (x / expected).ln() - difference;
    }
    let v = difference / (x + expected);
    let (mut total, mut power) = (difference * v, 2.0 * x * v);
    for odd in (3..).step_by(2) {
        power *= v * v;
        let next = total + power / f64::from(odd);
        if next == total {
            break;
        }
        total = next;
    }
    total
}

#[cfg(test)]
mod tests {
    use super::upper_tail;

    /// Computed by the definition, for trials whose binomial coefficients are exact.
    fn by_definition(trials: u64, successes: u64, p: f64) -> f64 {
        let mut coefficient = 1.0;
        let mut total = 0.0;
        for k in 0..=trials {
            if k >= successes {
                total += coefficient * p.powi(k as i32) * (1.0 - p).powi((trials - k) as i32);
            }
            coefficient = coefficient * (trials - k) as f64 / (k + 1) as f64;
        }
        total
    }

    fn close(one: f64, other: f64, precision: f64) -> bool {
        (one - other).abs() <= precision * other.abs()
    }

    #[test]
    fn it_is_what_the_definition_says() {
        for trials in 0..40 {
            for successes in 0..=trials + 1 {
                for p in [0.0, 0.01, 0.05, 0.5, 0.93, 1.0] {
                    let (tail, exact) = (
                        upper_tail(trials, successes, p),
                        by_definition(trials, successes, p),
                    );
                    assert!(
                        close(tail, exact, 1e-10) || (tail - exact).abs() < 1e-14,
                        "{successes} of {trials} at {p}: {tail} {exact}"
                    );
                }
            }
        }
    }

    #[test]
    fn it_is_what_other_software_says_of_many_trials() {
        for (trials, successes, p, expected) in REFERENCE {
            let tail = upper_tail(trials, successes, p);
            assert!(
                close(tail, expected, 1e-8),
                "{successes} of {trials}: {tail}"
            );
        }
    }

    /// From SciPy 1.17.1: `binom.sf(successes - 1, trials, p)`.
    const REFERENCE: [(u64, u64, f64, f64); 10] = [
        (100, 8, 0.05, 0.127960478620379),
        (100, 9, 0.05, 0.06308959062744876),
        (412, 33, 0.05, 0.005842985995321329),
        (1_000, 64, 0.05, 0.028428397283994992),
        (1_000, 10, 0.05, 0.9999999999994758),
        (100_000, 5_100, 0.05, 0.07474041229408482),
        (10_000_000, 501_000, 0.05, 0.07353103946809074),
        (1_000_000_000, 50_010_000, 0.05, 0.0734099943320235),
        (1_000_000_000, 50_100_000, 0.05, 5.640402347441396e-48),
        (5_000, 61, 0.01, 0.07115205851267206),
    ];
}
