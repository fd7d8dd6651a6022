//! Translates the latency gate's findings.

use pb::latency_evidence::Finding;

use super::{Invalid, from_span, may, must, pb, span};
use crate::domain::analysis::{LatencyEvidence, LatencyFinding, Tail};

impl From<&LatencyEvidence> for pb::LatencyEvidence {
    fn from(evidence: &LatencyEvidence) -> Self {
        let LatencyEvidence {
            finding,
            canary,
            stable,
            min_requests,
        } = evidence;
        Self {
            finding: Some((*finding).into()),
            canary: Some((*canary).into()),
            stable: stable.map(pb::Tail::from),
            min_requests: *min_requests,
        }
    }
}

impl TryFrom<pb::LatencyEvidence> for LatencyEvidence {
    type Error = Invalid;

    fn try_from(stored: pb::LatencyEvidence) -> Result<Self, Invalid> {
        Ok(Self {
            finding: must(stored.finding, "a finding of the latency gate")?,
            canary: must(stored.canary, "the canary's latencies")?,
            stable: may(stored.stable)?,
            min_requests: stored.min_requests,
        })
    }
}

impl From<LatencyFinding> for Finding {
    fn from(finding: LatencyFinding) -> Self {
        let nothing = pb::Nothing {};
        let exceeded = |limit, ratio, p| pb::Exceeded {
            limit: Some(from_span(limit)),
            ratio,
            p,
        };
        match finding {
            LatencyFinding::TooFewLatencies => Self::TooFewLatencies(nothing),
            LatencyFinding::NothingToCompare => Self::NothingToCompare(nothing),
            LatencyFinding::Above { limit, ratio, p } => Self::Above(exceeded(limit, ratio, p)),
            LatencyFinding::MaybeAbove { limit, ratio, p } => {
                Self::MaybeAbove(exceeded(limit, ratio, p))
            }
            LatencyFinding::SharedOutage { limit, p } => {
                Self::SharedOutage(exceeded(limit, None, p))
            }
            LatencyFinding::AboveOnly { limit, ratio, p } => {
                Self::AboveOnly(exceeded(limit, ratio, p))
            }
            LatencyFinding::WithinLimits => Self::WithinLimits(nothing),
        }
    }
}

impl TryFrom<Finding> for LatencyFinding {
    type Error = Invalid;

    fn try_from(stored: Finding) -> Result<Self, Invalid> {
        let limit = |limit| span(limit, "a limit of latency");
        Ok(match stored {
            Finding::TooFewLatencies(_) => Self::TooFewLatencies,
            Finding::NothingToCompare(_) => Self::NothingToCompare,
            Finding::Above(exceeded) => Self::Above {
                limit: limit(exceeded.limit)?,
                ratio: exceeded.ratio,
                p: exceeded.p,
            },
            Finding::MaybeAbove(exceeded) => Self::MaybeAbove {
                limit: limit(exceeded.limit)?,
                ratio: exceeded.ratio,
                p: exceeded.p,
            },
            Finding::SharedOutage(exceeded) => Self::SharedOutage {
                limit: limit(exceeded.limit)?,
                p: exceeded.p,
            },
            Finding::AboveOnly(exceeded) => Self::AboveOnly {
                limit: limit(exceeded.limit)?,
                ratio: exceeded.ratio,
                p: exceeded.p,
            },
            Finding::WithinLimits(_) => Self::WithinLimits,
        })
    }
}

impl From<Tail> for pb::Tail {
    fn from(Tail { count, p99 }: Tail) -> Self {
        Self {
            count,
            p99: p99.map(from_span),
        }
    }
}

impl TryFrom<pb::Tail> for Tail {
    type Error = Invalid;

    fn try_from(stored: pb::Tail) -> Result<Self, Invalid> {
        let p99 = stored.p99.map(|p99| span(Some(p99), "a latency"));
        Ok(Self {
            count: stored.count,
            p99: p99.transpose()?,
        })
    }
}
