//! The figures of an arm as JSON.

use serde::Serialize;
use utoipa::ToSchema;
use vortex_proto::rollout::v1 as proto;

use vortex_rest::Span;

/// Figures of one arm of one application.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ArmFigures)]
pub(in crate::api::rollouts) struct Figures {
    app: String,
    /// `stable` or `canary`.
    arm: String,
    requests: u64,
    errors: u64,
    /// The median; null where no latency was reported.
    latency_p50: Option<Span>,
    latency_p99: Option<Span>,
}

impl From<proto::ArmFigures> for Figures {
    fn from(figures: proto::ArmFigures) -> Self {
        Self {
            app: figures.app,
            arm: figures.arm,
            requests: figures.requests,
            errors: figures.errors,
            latency_p50: Span::measured(figures.latency_p50),
            latency_p99: Span::measured(figures.latency_p99),
        }
    }
}
