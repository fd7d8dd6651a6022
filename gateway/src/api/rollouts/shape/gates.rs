//! The findings of gates as JSON.

use serde::Serialize;
use utoipa::ToSchema;
use vortex_proto::rollout::v1 as proto;

use super::names::Verdict;

/// What one gate said of one application's slice.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::rollouts) struct GateResult {
    /// `errors`, `latency`.
    gate: String,
    app: String,
    verdict: Verdict,
    /// Why, with values, for people.
    detail: String,
    /// Measured of the canary: a ratio, or milliseconds.
    canary: Option<f64>,
    /// Measured of stable.
    stable: Option<f64>,
    /// What it was compared with.
    threshold: Option<f64>,
    canary_requests: u64,
    stable_requests: u64,
    /// The probability of so much by chance, where the gate tests for it.
    p_value: Option<f64>,
}

impl From<proto::GateResult> for GateResult {
    fn from(result: proto::GateResult) -> Self {
        Self {
            verdict: result.verdict().into(),
            gate: result.gate,
            app: result.app,
            detail: result.detail,
            canary: result.canary,
            stable: result.stable,
            threshold: result.threshold,
            canary_requests: result.canary_requests,
            stable_requests: result.stable_requests,
            p_value: result.p_value,
        }
    }
}
