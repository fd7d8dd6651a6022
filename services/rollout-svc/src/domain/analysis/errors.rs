//! The errors gate.

use std::fmt;

use super::{
    Application, Baseline, Comparison, SequentialTest, Settings, Slice, Tally, Verdict,
    binomial::{SIGNIFICANCE, upper_tail},
    words::{Probability, Threshold},
};

/// The errors gate's finding, with the values that decided it.
#[derive(Debug, Clone, PartialEq)]
pub struct ErrorsEvidence {
    /// The finding.
    pub finding: ErrorsFinding,
    /// The canary's requests and errors in this slice.
    pub canary: Tally,
    /// Stable's requests and errors in this slice; `None` without a stable arm.
    pub stable: Option<Tally>,
    /// The number of requests that an arm needs.
    pub min_requests: u64,
    /// The error rate above which a slice fails.
    pub max_error_rate: f64,
    /// The success rate below which a slice doesn't pass.
    pub min_success_rate: f64,
    /// The probability of so many errors in a canary within the limit; only for one above it.
    pub p: Option<f64>,
    /// The evidence of the sequential test; `None` without a stable arm.
    pub comparison: Option<Comparison>,
}

/// The possible findings of the errors gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorsFinding {
    /// The canary had too few requests.
    TooFewRequests,
    /// The canary's rate is above the limit.
    AboveLimit,
    /// The sequential test has found the canary worse, and it is worse in this slice too.
    WorseThanStable,
    /// The canary's rate is above the limit, which may be chance.
    MaybeAboveLimit,
    /// Too many errors to pass, and too few to fail.
    BelowSuccess,
    /// The sequential test has found the canary worse, but it is not worse in this slice.
    WorseBefore,
    /// Nothing speaks against the canary, but stable had too few requests to compare it with.
    NothingToCompare,
    /// The canary's rate is above the limit, and so is stable's, and the canary is not found worse:
    /// something that both depend on fails.
    SharedOutage,
    /// The canary's rate is above the limit, and it is not found worse than stable, or there is no
    /// stable arm.
    AboveLimitOnly,
    /// The sequential test has found the canary worse, but its rate is not above the limit.
    WorseOnly,
    /// The canary is within all limits.
    WithinLimits,
}

impl ErrorsFinding {
    /// The verdict that follows from it.
    pub fn verdict(self) -> Verdict {
        match self {
            Self::AboveLimit | Self::WorseThanStable => Verdict::Fail,
            Self::MaybeAboveLimit
            | Self::BelowSuccess
            | Self::WorseBefore
            | Self::SharedOutage
            | Self::AboveLimitOnly
            | Self::WorseOnly => Verdict::Inconclusive,
            Self::TooFewRequests | Self::NothingToCompare => Verdict::NoData,
            Self::WithinLimits => Verdict::Pass,
        }
    }
}

/// Judges a slice. Where there is a stable arm, the test has already taken the slice in.
pub(super) fn judge(
    slice: &Slice,
    test: Option<&SequentialTest>,
    settings: &Settings,
) -> ErrorsEvidence {
    let thresholds = &settings.thresholds;
    let (canary, limit) = (slice.canary.tally(), thresholds.max_error_rate);
    // a gate that compares nothing has no use for stable
    let test = test.filter(|_| thresholds.errors_baseline != Baseline::Absolute);
    let above = canary.error_rate() > limit;
    let mut evidence = ErrorsEvidence {
        finding: ErrorsFinding::TooFewRequests,
        canary,
        stable: test.map(|_| slice.stable.tally()),
        min_requests: settings.min_requests,
        max_error_rate: limit,
        min_success_rate: thresholds.min_success_rate,
        p: above.then(|| upper_tail(canary.requests, canary.errors, limit)),
        comparison: test.map(SequentialTest::comparison),
    };
    let found_worse = test.is_some_and(SequentialTest::crossed);
    evidence.finding = evidence.find(found_worse, thresholds.errors_baseline);
    evidence
}

impl ErrorsEvidence {
    fn find(&self, found_worse: bool, baseline: Baseline) -> ErrorsFinding {
        if self.lacks(self.canary) {
            return ErrorsFinding::TooFewRequests;
        }
        match baseline {
            Baseline::Either | Baseline::Absolute => self.find_either(found_worse),
            Baseline::Relative => self.find_relative(found_worse),
            Baseline::Both => self.find_both(found_worse),
        }
    }

    /// The absolute limits judge, and stable where there is one to compare with.
    fn find_either(&self, found_worse: bool) -> ErrorsFinding {
        if self.is_above() {
            ErrorsFinding::AboveLimit
        } else if found_worse && self.is_worse() {
            ErrorsFinding::WorseThanStable
        } else if self.p.is_some() {
            ErrorsFinding::MaybeAboveLimit
        } else {
            self.find_within(found_worse)
        }
    }

    /// Only the comparison with stable fails. The limit says from where on errors of both arms are
    /// an outage, in which nothing is learned of the canary.
    fn find_relative(&self, found_worse: bool) -> ErrorsFinding {
        if found_worse && self.is_worse_than_enough() {
            ErrorsFinding::WorseThanStable
        } else if self.is_above() {
            self.find_unproven()
        } else if found_worse {
            ErrorsFinding::WorseBefore
        } else if self.stable.is_some_and(|stable| self.lacks(stable)) {
            ErrorsFinding::NothingToCompare
        } else {
            ErrorsFinding::WithinLimits
        }
    }

    /// Only what is above the limit and worse than stable fails.
    fn find_both(&self, found_worse: bool) -> ErrorsFinding {
        match (self.is_above(), found_worse && self.is_worse_than_enough()) {
            (true, true) => ErrorsFinding::WorseThanStable,
            (true, false) => self.find_unproven(),
            (false, _) if self.p.is_some() => ErrorsFinding::MaybeAboveLimit,
            (false, true) => ErrorsFinding::WorseOnly,
            (false, false) => self.find_within(found_worse),
        }
    }

    /// The finding about a canary whose rate is not above the limit, nor found worse in this slice.
    fn find_within(&self, found_worse: bool) -> ErrorsFinding {
        if self.canary_success() < self.min_success_rate {
            ErrorsFinding::BelowSuccess
        } else if found_worse {
            ErrorsFinding::WorseBefore
        } else if self.stable.is_some_and(|stable| self.lacks(stable)) {
            ErrorsFinding::NothingToCompare
        } else {
            ErrorsFinding::WithinLimits
        }
    }

    /// The finding about a canary above the limit that the comparison does not blame.
    fn find_unproven(&self) -> ErrorsFinding {
        match self.stable {
            Some(stable) if !self.lacks(stable) && self.is_above_limit(stable) => {
                ErrorsFinding::SharedOutage
            }
            _ => ErrorsFinding::AboveLimitOnly,
        }
    }

    fn lacks(&self, tally: Tally) -> bool {
        tally.requests < self.min_requests
    }

    /// Whether the canary's rate is above the limit, and not by chance.
    fn is_above(&self) -> bool {
        self.p.is_some_and(|p| p < SIGNIFICANCE)
    }

    fn is_above_limit(&self, arm: Tally) -> bool {
        let limit = self.max_error_rate;
        arm.error_rate() > limit && upper_tail(arm.requests, arm.errors, limit) < SIGNIFICANCE
    }

    /// Whether the canary is worse than stable in this slice.
    fn is_worse(&self) -> bool {
        let rate = self.canary.error_rate();
        self.stable.is_some_and(|stable| rate > stable.error_rate())
    }

    /// Whether the canary is worse in this slice than a stable arm that reported enough.
    fn is_worse_than_enough(&self) -> bool {
        self.is_worse() && self.stable.is_some_and(|stable| !self.lacks(stable))
    }

    fn canary_success(&self) -> f64 {
        1.0 - self.canary.error_rate()
    }

    pub(super) fn tell(
        &self,
        application: &Application,
        f: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        let (canary, needed) = (self.canary, self.min_requests);
        if self.finding == ErrorsFinding::TooFewRequests {
            let requests = canary.requests;
            return write!(
                f,
                "errors: {requests} requests of the canary in {application}, {needed} are needed"
            );
        }
        write!(f, "errors: {canary} in {application}")?;
        let limit = Threshold(self.max_error_rate);
        let passing = Threshold(self.min_success_rate);
        let p = Probability(self.p.unwrap_or(1.0));
        match self.finding {
            ErrorsFinding::TooFewRequests => Ok(()),
            ErrorsFinding::AboveLimit => write!(f, ", above {limit} ({p})"),
            ErrorsFinding::MaybeAboveLimit => {
                write!(f, ", above {limit}, which may be chance ({p})")
            }
            ErrorsFinding::BelowSuccess => write!(f, ", success is below {passing}"),
            ErrorsFinding::SharedOutage => {
                let stable = self.stable.unwrap_or_default();
                write!(f, ", {stable} in stable, both above {limit}")
            }
            ErrorsFinding::AboveLimitOnly => {
                let why = match self.stable {
                    Some(stable) if self.lacks(stable) => {
                        "and stable has too few requests to compare it with"
                    }
                    Some(_) => "but not found worse than stable",
                    None => "and there is no stable arm to compare it with",
                };
                write!(f, ", above {limit}, {why}")
            }
            ErrorsFinding::WorseThanStable
            | ErrorsFinding::WorseBefore
            | ErrorsFinding::WorseOnly => self.tell_comparison(f),
            ErrorsFinding::NothingToCompare => {
                let stable = self.stable.unwrap_or_default().requests;
                write!(
                    f,
                    ", and {stable} requests of stable to compare with, {needed} are needed"
                )
            }
            ErrorsFinding::WithinLimits => write!(f, ", success is at least {passing}"),
        }
    }

    fn tell_comparison(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stable = self.stable.unwrap_or_default();
        write!(f, ", {stable} in stable")?;
        let Some(compared) = self.comparison else {
            return Ok(());
        };
        write!(
            f,
            "; together {} against {}, {:.0} times likelier if the canary is worse ({:.0} are needed)",
            compared.canary, compared.stable, compared.evidence, compared.needed,
        )
    }
}
