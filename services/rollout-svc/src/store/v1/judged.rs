//! `slice/<id>/<number mod 50>`, and judged slices elsewhere

use serde::Deserialize;
use v2::{finding::Gate, latency_evidence};

use super::{
    basics::{Span, Time},
    v2,
};

#[derive(Deserialize)]
pub(in crate::store) struct ClosedSlice {
    number: u64,
    stage: u32,
    effect_at: Time,
    judged: Judged,
}

#[derive(Deserialize)]
pub(super) struct Judged {
    application: String,
    start: Span,
    end: Span,
    findings: Vec<Finding>,
}

#[derive(Deserialize)]
enum Finding {
    Errors(ErrorsEvidence),
    Latency(LatencyEvidence),
}

#[derive(Deserialize)]
struct ErrorsEvidence {
    finding: ErrorsFinding,
    canary: Tally,
    stable: Option<Tally>,
    min_requests: u64,
    max_error_rate: f64,
    min_success_rate: f64,
    p: Option<f64>,
    comparison: Option<Comparison>,
}

#[derive(Deserialize)]
enum ErrorsFinding {
    TooFewRequests,
    AboveLimit,
    WorseThanStable,
    MaybeAboveLimit,
    BelowSuccess,
    WorseBefore,
    NothingToCompare,
    WithinLimits,
}

#[derive(Deserialize)]
struct Comparison {
    canary: Tally,
    stable: Tally,
    evidence: f64,
    needed: f64,
}

#[derive(Deserialize)]
pub(super) struct Tally {
    requests: u64,
    errors: u64,
}

#[derive(Deserialize)]
struct LatencyEvidence {
    finding: LatencyFinding,
    canary: Tail,
    stable: Option<Tail>,
    min_requests: u64,
}

#[derive(Deserialize)]
enum LatencyFinding {
    TooFewLatencies,
    NothingToCompare,
    Above(Exceeded),
    MaybeAbove(Exceeded),
    WithinLimits,
}

#[derive(Deserialize)]
struct Exceeded {
    limit: Span,
    ratio: Option<f64>,
    p: f64,
}

#[derive(Deserialize)]
struct Tail {
    count: u64,
    p99: Option<Span>,
}

impl From<ClosedSlice> for v2::ClosedSlice {
    fn from(slice: ClosedSlice) -> Self {
        Self {
            number: slice.number,
            stage: slice.stage,
            effect_at: Some(slice.effect_at.into()),
            judged: Some(slice.judged.into()),
        }
    }
}

impl From<Judged> for v2::Judged {
    fn from(judged: Judged) -> Self {
        Self {
            application: judged.application,
            start: Some(judged.start.into()),
            end: Some(judged.end.into()),
            findings: judged.findings.into_iter().map(v2::Finding::from).collect(),
        }
    }
}

impl From<Finding> for v2::Finding {
    fn from(finding: Finding) -> Self {
        let gate = match finding {
            Finding::Errors(evidence) => Gate::Errors(evidence.into()),
            Finding::Latency(evidence) => Gate::Latency(evidence.into()),
        };
        Self { gate: Some(gate) }
    }
}

impl From<ErrorsEvidence> for v2::ErrorsEvidence {
    fn from(evidence: ErrorsEvidence) -> Self {
        let finding = match evidence.finding {
            ErrorsFinding::TooFewRequests => v2::ErrorsFinding::TooFewRequests,
            ErrorsFinding::AboveLimit => v2::ErrorsFinding::AboveLimit,
            ErrorsFinding::WorseThanStable => v2::ErrorsFinding::WorseThanStable,
            ErrorsFinding::MaybeAboveLimit => v2::ErrorsFinding::MaybeAboveLimit,
            ErrorsFinding::BelowSuccess => v2::ErrorsFinding::BelowSuccess,
            ErrorsFinding::WorseBefore => v2::ErrorsFinding::WorseBefore,
            ErrorsFinding::NothingToCompare => v2::ErrorsFinding::NothingToCompare,
            ErrorsFinding::WithinLimits => v2::ErrorsFinding::WithinLimits,
        };
        Self {
            finding: finding.into(),
            canary: Some(evidence.canary.into()),
            stable: evidence.stable.map(v2::Tally::from),
            min_requests: evidence.min_requests,
            max_error_rate: evidence.max_error_rate,
            min_success_rate: evidence.min_success_rate,
            p: evidence.p,
            comparison: evidence.comparison.map(v2::Comparison::from),
        }
    }
}

impl From<Comparison> for v2::Comparison {
    fn from(comparison: Comparison) -> Self {
        Self {
            canary: Some(comparison.canary.into()),
            stable: Some(comparison.stable.into()),
            evidence: comparison.evidence,
            needed: comparison.needed,
        }
    }
}

impl From<Tally> for v2::Tally {
    fn from(Tally { requests, errors }: Tally) -> Self {
        Self { requests, errors }
    }
}

impl From<LatencyEvidence> for v2::LatencyEvidence {
    fn from(evidence: LatencyEvidence) -> Self {
        Self {
            finding: Some(evidence.finding.into()),
            canary: Some(evidence.canary.into()),
            stable: evidence.stable.map(v2::Tail::from),
            min_requests: evidence.min_requests,
        }
    }
}

impl From<LatencyFinding> for latency_evidence::Finding {
    fn from(finding: LatencyFinding) -> Self {
        let nothing = v2::Nothing {};
        match finding {
            LatencyFinding::TooFewLatencies => Self::TooFewLatencies(nothing),
            LatencyFinding::NothingToCompare => Self::NothingToCompare(nothing),
            LatencyFinding::Above(exceeded) => Self::Above(exceeded.into()),
            LatencyFinding::MaybeAbove(exceeded) => Self::MaybeAbove(exceeded.into()),
            LatencyFinding::WithinLimits => Self::WithinLimits(nothing),
        }
    }
}

impl From<Exceeded> for v2::Exceeded {
    fn from(Exceeded { limit, ratio, p }: Exceeded) -> Self {
        Self {
            limit: Some(limit.into()),
            ratio,
            p,
        }
    }
}

impl From<Tail> for v2::Tail {
    fn from(Tail { count, p99 }: Tail) -> Self {
        Self {
            count,
            p99: p99.map(Into::into),
        }
    }
}
