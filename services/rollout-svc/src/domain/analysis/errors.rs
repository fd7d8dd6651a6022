//! The errors gate.

use std::fmt;

use super::{
    Application, Comparison, SequentialTest, Settings, Slice, Tally, Verdict,
    binomial::{SIGNIFICANCE, upper_tail},
    words::{Probability, Threshold},
};

/// What the errors gate found, and by what.
#[derive(Debug, Clone, PartialEq)]
pub struct ErrorsEvidence {
    /// What was found.
    pub finding: ErrorsFinding,
    /// The canary in this slice.
    pub canary: Tally,
    /// Stable in this slice; none where there is no stable arm.
    pub stable: Option<Tally>,
    /// How many requests an arm needs.
    pub min_requests: u64,
    /// Above this rate a slice fails.
    pub max_error_rate: f64,
    /// Below this rate of success a slice doesn't pass.
    pub min_success_rate: f64,
    /// How probable so many errors are in a canary that is within the limit; only of one above it.
    pub p: Option<f64>,
    /// What the sequential test has seen; none where there is no stable arm.
    pub comparison: Option<Comparison>,
}

/// What the errors gate may find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorsFinding {
    /// The canary had too few requests.
    TooFewRequests,
    /// The canary's rate is above the limit.
    AboveLimit,
    /// The sequential test has found the canary worse, and it is so in this slice too.
    WorseThanStable,
    /// The canary's rate is above the limit, which may be chance.
    MaybeAboveLimit,
    /// Too many errors to pass, too few to fail.
    BelowSuccess,
    /// The sequential test has found the canary worse, but in this slice it is not.
    WorseBefore,
    /// Nothing speaks against the canary, but stable had too few requests to compare with.
    NothingToCompare,
    /// The canary is within all limits.
    WithinLimits,
}

impl ErrorsFinding {
    /// What it amounts to.
    pub fn verdict(self) -> Verdict {
        match self {
            Self::AboveLimit | Self::WorseThanStable => Verdict::Fail,
            Self::MaybeAboveLimit | Self::BelowSuccess | Self::WorseBefore => Verdict::Inconclusive,
            Self::TooFewRequests | Self::NothingToCompare => Verdict::NoData,
            Self::WithinLimits => Verdict::Pass,
        }
    }
}

/// Judges a slice, with a test that has taken it in where there is a stable arm.
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
