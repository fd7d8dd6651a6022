//! The sequential test of whether the canary fails more often than stable, repeated after every
//! slice.

use super::Tally;

/// The probability that a rollout's tests ever find a canary worse when it is not.
pub const ALPHA: f64 = 0.01;

/// The odds ratios of an error, canary to stable, for which evidence is gathered, with equal
/// weights. A canary that is less than about √1.5 times as bad as stable is never found worse,
/// however many requests there are: no two arms are perfectly alike.
const RATIOS: [f64; 6] = [1.5, 2.0, 3.0, 5.0, 10.0, 40.0];

/// A one-sided sequential test of two rates: the conditional binomial e-process with a mixture
/// over odds ratios.
///
/// Given that a slice has `m` errors in `n` requests, of which the canary made the part `π`, the
/// canary's errors `k` are hypergeometric when both arms fail alike, whatever the rate at which
/// they do. For a ratio `ψ > 1` of the odds, `ψᵏ / (1 - π + πψ)ᵐ` has an expectation of at most 1
/// if the canary is not worse: the denominator is the expectation of `ψᵏ` for binomial `k`, which
/// bounds that for hypergeometric `k` (Hoeffding 1963, theorem 4). So the product over slices is a
/// nonnegative supermartingale, so is the mean over ratios, and by Ville's inequality (1939) it
/// ever reaches `1/α` with a probability of at most `α`. That holds for any counts, however small,
/// for arms of any sizes, for rates that change from slice to slice in both arms, and however
/// often one looks, as long as the slices are not cut by what their errors were.
///
/// Source: Michael Lindon and Alan Malek, *Anytime-Valid Inference for Multinomial Count Data*,
/// NeurIPS 2022; the conditioning is that of Przyborowski and Wilenski, *Homogeneity of Results in
/// Testing Samples from Poisson Series*, Biometrika 31, 1940.
#[derive(Debug, Clone, PartialEq)]
pub struct SequentialTest {
    pub(crate) needed: f64,
    pub(crate) logs: [f64; RATIOS.len()],
    pub(crate) canary: Tally,
    pub(crate) stable: Tally,
    pub(crate) crossed: bool,
}

/// The evidence that a test has seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// The canary's figures since the test began.
    pub canary: Tally,
    /// Stable's figures since the test began.
    pub stable: Tally,
    /// How many times likelier the counts are if the canary is worse; at most 10¹².
    pub evidence: f64,
    /// The evidence that has to be reached once.
    pub needed: f64,
}

impl SequentialTest {
    /// The `nth` test of a rollout, from 1, for one of `parts` applications.
    ///
    /// [`ALPHA`] is spent on a rollout's tests in parts of `1/(n(n+1))`, which add up to 1 however
    /// many follow, and evenly on its applications.
    pub fn nth(nth: u32, applications: usize) -> Self {
        let nth = f64::from(nth.max(1));
        Self {
            needed: nth * (nth + 1.0) * applications.max(1) as f64 / ALPHA,
            logs: [0.0; RATIOS.len()],
            canary: Tally::default(),
            stable: Tally::default(),
            crossed: false,
        }
    }

    /// Takes in the figures of both arms in one slice.
    pub fn observe(&mut self, canary: Tally, stable: Tally) {
        self.canary.add(canary);
        self.stable.add(stable);
        let (n_canary, n_stable) = (canary.requests as f64, stable.requests as f64);
        if n_canary == 0.0 || n_stable == 0.0 {
            return; // a single arm has nothing to compare with
        }
        let part = n_canary / (n_canary + n_stable);
        let (of_canary, of_both) = (canary.errors as f64, (canary.errors + stable.errors) as f64);
        for (log, ratio) in self.logs.iter_mut().zip(RATIOS) {
            *log += of_canary * ratio.ln() - of_both * (part * (ratio - 1.0)).ln_1p();
        }
        self.crossed |= self.evidence() >= self.needed;
    }

    /// Whether there has ever been enough evidence that the canary is worse.
    pub fn crossed(&self) -> bool {
        self.crossed
    }

    /// The evidence against equal arms: 1 at the beginning, 0 and more.
    pub fn evidence(&self) -> f64 {
        let total: f64 = self.logs.iter().map(|log| log.exp()).sum();
        total / RATIOS.len() as f64
    }

    /// The evidence, to be shown.
    pub fn comparison(&self) -> Comparison {
        Comparison {
            canary: self.canary,
            stable: self.stable,
            evidence: self.evidence().min(1e12),
            needed: self.needed,
        }
    }
}
