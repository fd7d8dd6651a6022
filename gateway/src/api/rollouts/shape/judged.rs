//! The analysis of a rollout as JSON.

use serde::Serialize;
use utoipa::ToSchema;
use vortex_proto::rollout::v1 as proto;

use super::{Figures, GateResult, keys::Keys, names::Verdict};
use crate::{answer::from_replies, answer::time::rfc3339};

/// How a rollout's analysis stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AnalysisStatus)]
pub(in crate::api::rollouts) struct Status {
    /// The slices judged last, newest first, 50 at most.
    slices: Vec<Slice>,
    /// Slices in a row that failed.
    consecutive_failures: u32,
    /// Slices of the whole rollout that failed.
    failures: u32,
    /// Inconclusive slices in a row.
    inconclusive: u32,
    /// Slices without data in a row.
    no_data: u32,
    /// What the open slice has so far.
    open: Vec<Figures>,
    /// What was reported since the rollout began.
    total: Vec<Figures>,
    /// Why it does not go on by itself; empty when it does.
    holds_because: String,
    /// The part of all reads it concerned that did not say what is told apart, and so got stable,
    /// 0 to 1. Null while none is known.
    keyless_reads: Option<f64>,
    /// The distinct keys that have read what it concerns; null while nothing is known.
    keys: Option<Keys>,
}

from_replies!(Status = analysis of proto::GetAnalysisResponse);

impl From<proto::AnalysisStatus> for Status {
    fn from(status: proto::AnalysisStatus) -> Self {
        Self {
            slices: status.slices.into_iter().map(Slice::from).collect(),
            consecutive_failures: status.consecutive_failures,
            failures: status.failures,
            inconclusive: status.inconclusive,
            no_data: status.no_data,
            open: status.open.into_iter().map(Figures::from).collect(),
            total: status.total.into_iter().map(Figures::from).collect(),
            holds_because: status.holds_because,
            keyless_reads: status.keyless_reads,
            keys: status.keys.map(Keys::from),
        }
    }
}

/// One slice that was judged.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AnalysisSlice)]
struct Slice {
    /// From 1.
    number: u64,
    stage_index: u32,
    started_at: Option<String>,
    closed_at: Option<String>,
    /// The worst of its gates.
    verdict: Verdict,
    gates: Vec<GateResult>,
}

impl From<proto::Slice> for Slice {
    fn from(slice: proto::Slice) -> Self {
        Self {
            verdict: slice.verdict().into(),
            number: slice.number,
            stage_index: slice.stage_index,
            started_at: rfc3339(slice.started_at),
            closed_at: rfc3339(slice.closed_at),
            gates: slice.gates.into_iter().map(GateResult::from).collect(),
        }
    }
}
