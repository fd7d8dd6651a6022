//! Translates the errors gate's findings.

use super::{Invalid, may, must, pb, same_cases};
use crate::domain::analysis::{Comparison, ErrorsEvidence, ErrorsFinding, Tally};

same_cases!(
    ErrorsFinding,
    pb::ErrorsFinding,
    "a finding of the errors gate",
    TooFewRequests,
    AboveLimit,
    WorseThanStable,
    MaybeAboveLimit,
    BelowSuccess,
    WorseBefore,
    NothingToCompare,
    WithinLimits,
    SharedOutage,
    AboveLimitOnly,
    WorseOnly,
);

impl From<&ErrorsEvidence> for pb::ErrorsEvidence {
    fn from(evidence: &ErrorsEvidence) -> Self {
        let ErrorsEvidence {
            finding,
            canary,
            stable,
            min_requests,
            max_error_rate,
            min_success_rate,
            p,
            comparison,
        } = evidence;
        Self {
            finding: pb::ErrorsFinding::from(*finding).into(),
            canary: Some((*canary).into()),
            stable: stable.map(pb::Tally::from),
            min_requests: *min_requests,
            max_error_rate: *max_error_rate,
            min_success_rate: *min_success_rate,
            p: *p,
            comparison: comparison.map(pb::Comparison::from),
        }
    }
}

impl TryFrom<pb::ErrorsEvidence> for ErrorsEvidence {
    type Error = Invalid;

    fn try_from(stored: pb::ErrorsEvidence) -> Result<Self, Invalid> {
        Ok(Self {
            finding: stored.finding().try_into()?,
            canary: must(stored.canary, "the canary's requests")?,
            stable: may(stored.stable)?,
            min_requests: stored.min_requests,
            max_error_rate: stored.max_error_rate,
            min_success_rate: stored.min_success_rate,
            p: stored.p,
            comparison: may(stored.comparison)?,
        })
    }
}

impl From<Comparison> for pb::Comparison {
    fn from(comparison: Comparison) -> Self {
        let Comparison {
            canary,
            stable,
            evidence,
            needed,
        } = comparison;
        Self {
            canary: Some(canary.into()),
            stable: Some(stable.into()),
            evidence,
            needed,
        }
    }
}

impl TryFrom<pb::Comparison> for Comparison {
    type Error = Invalid;

    fn try_from(stored: pb::Comparison) -> Result<Self, Invalid> {
        Ok(Self {
            canary: must(stored.canary, "the canary's requests")?,
            stable: must(stored.stable, "stable's requests")?,
            evidence: stored.evidence,
            needed: stored.needed,
        })
    }
}

impl From<Tally> for pb::Tally {
    fn from(Tally { requests, errors }: Tally) -> Self {
        Self { requests, errors }
    }
}

impl TryFrom<pb::Tally> for Tally {
    type Error = Invalid;

    fn try_from(pb::Tally { requests, errors }: pb::Tally) -> Result<Self, Invalid> {
        Ok(Self { requests, errors })
    }
}
