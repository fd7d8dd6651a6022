//! The errors gate.

use std::fmt;

use super::{
    Application, Comparison, SequentialTest, Settings, Slice, Tally, Verdict,
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
    /// The canary is within all limits.
    WithinLimits,
}

impl ErrorsFinding {
    /// The verdict that follows from it.
    pub fn verdict(self) -> Verdict {
        match self {
            Self::AboveLimit | Self::WorseThanStable => Verdict::Fail,
            Self::MaybeAboveLimit | Self::BelowSuccess | Self::WorseBefore => Verdict::Inconclusive,
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
    let (canary, limit) = (slice.canary.tally(), settings.thresholds.max_error_rate);
    let above = canary.error_rate() > limit;
    let mut evidence = ErrorsEvidence {
        finding: ErrorsFinding::TooFewRequests,
        canary,
        stable: test.map(|_| slice.stable.tally()),
        min_requests: settings.min_requests,
        max_error_rate: limit,
        min_success_rate: settings.thresholds.min_success_rate,
        p: above.then(|| upper_tail(canary.requests, canary.errors, limit)),
        comparison: test.map(SequentialTest::comparison),
    };
    evidence.finding = evidence.find(test.is_some_and(SequentialTest::crossed));
    evidence
}

impl ErrorsEvidence {
    fn find(&self, found_worse: bool) -> ErrorsFinding {
        let rate = self.canary.error_rate();
        let is_worse = self.stable.is_some_and(|stable| rate > stable.error_rate());
        let lacks = |tally: Tally| tally.requests < self.min_requests;
        if lacks(self.canary) {
            ErrorsFinding::TooFewRequests
        } else if self.p.is_some_and(|p| p < SIGNIFICANCE) {
            ErrorsFinding::AboveLimit
        } else if found_worse && is_worse {
            ErrorsFinding::WorseThanStable
        } else if self.p.is_some() {
            ErrorsFinding::MaybeAboveLimit
        } else if 1.0 - rate < self.min_success_rate {
            ErrorsFinding::BelowSuccess
        } else if found_worse {
            ErrorsFinding::WorseBefore
        } else if self.stable.is_some_and(lacks) {
            ErrorsFinding::NothingToCompare
        } else {
            ErrorsFinding::WithinLimits
        }
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
            ErrorsFinding::WorseThanStable | ErrorsFinding::WorseBefore => self.tell_comparison(f),
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
