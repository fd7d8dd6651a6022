//! Translates judged slices.

use pb::finding::Gate;

use super::{Invalid, all, from_span, from_time, must, pb, span, time};
use crate::{
    domain::{
        ClosedSlice,
        analysis::{Application, Finding, Judged},
    },
    store::{codec::Stored, v1},
};

impl Stored for ClosedSlice {
    type Message = pb::ClosedSlice;
    type V1 = v1::ClosedSlice;
}

impl From<&ClosedSlice> for pb::ClosedSlice {
    fn from(slice: &ClosedSlice) -> Self {
        let ClosedSlice {
            number,
            stage,
            effect_at,
            judged,
        } = slice;
        Self {
            number: *number,
            stage: *stage,
            effect_at: Some(from_time(*effect_at)),
            judged: Some(judged.into()),
        }
    }
}

impl TryFrom<pb::ClosedSlice> for ClosedSlice {
    type Error = Invalid;

    fn try_from(stored: pb::ClosedSlice) -> Result<Self, Invalid> {
        Ok(Self {
            number: stored.number,
            stage: stored.stage,
            effect_at: time(stored.effect_at, "when the stage came into force")?,
            judged: must(stored.judged, "what the gates found")?,
        })
    }
}

impl From<&Judged> for pb::Judged {
    fn from(judged: &Judged) -> Self {
        let Judged {
            application,
            start,
            end,
            findings,
        } = judged;
        Self {
            application: application.to_string(),
            start: Some(from_span(*start)),
            end: Some(from_span(*end)),
            findings: findings.iter().map(pb::Finding::from).collect(),
        }
    }
}

impl TryFrom<pb::Judged> for Judged {
    type Error = Invalid;

    fn try_from(stored: pb::Judged) -> Result<Self, Invalid> {
        Ok(Self {
            application: Application::new(stored.application),
            start: span(stored.start, "a slice's start")?,
            end: span(stored.end, "a slice's end")?,
            findings: all(stored.findings)?,
        })
    }
}

impl From<&Finding> for pb::Finding {
    fn from(finding: &Finding) -> Self {
        let gate = match finding {
            Finding::Errors(evidence) => Gate::Errors(evidence.into()),
            Finding::Latency(evidence) => Gate::Latency(evidence.into()),
            Finding::Instances(evidence) => Gate::Instances(evidence.into()),
            Finding::Query(evidence) => Gate::Query(evidence.into()),
            Finding::Webhook(evidence) => Gate::Webhook(evidence.into()),
        };
        Self { gate: Some(gate) }
    }
}

impl TryFrom<pb::Finding> for Finding {
    type Error = Invalid;

    fn try_from(stored: pb::Finding) -> Result<Self, Invalid> {
        Ok(match stored.gate.ok_or(Invalid::Missing("a gate"))? {
            Gate::Errors(evidence) => Self::Errors(evidence.try_into()?),
            Gate::Latency(evidence) => Self::Latency(evidence.try_into()?),
            Gate::Instances(evidence) => Self::Instances(evidence.try_into()?),
            Gate::Query(evidence) => Self::Query(evidence.try_into()?),
            Gate::Webhook(evidence) => Self::Webhook(evidence.try_into()?),
        })
    }
}
