//! The plan of a rollout as JSON: the same shapes are accepted at its creation and answered with
//! defaults filled in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vortex_proto::rollout::v1 as proto;

use vortex_rest::Span;

/// One stage.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RolloutStage)]
pub(in crate::api::rollouts) struct Stage {
    /// Its name; made of its percentage when left out.
    #[serde(default)]
    name: String,
    /// The part of all readers that get it, in percent, in steps of 0.01; greater than the stage's
    /// before. The last is 100.
    percentage: f64,
    /// How long it lasts at least.
    min_duration: Option<Span>,
}

impl From<Stage> for proto::Stage {
    fn from(stage: Stage) -> Self {
        Self {
            name: stage.name,
            percentage: stage.percentage,
            min_duration: stage.min_duration.map(Span::to_proto),
        }
    }
}

impl From<proto::Stage> for Stage {
    fn from(stage: proto::Stage) -> Self {
        Self {
            name: stage.name,
            percentage: stage.percentage,
            min_duration: Span::of(stage.min_duration),
        }
    }
}

/// What a canary has to keep to. Rates are ratios.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RolloutThresholds)]
pub(in crate::api::rollouts) struct Thresholds {
    /// A slice passes with at least this part of requests without error; 0.99 when left out.
    min_success_rate: Option<f64>,
    /// A slice fails above this part of requests with errors; 0.05 when left out.
    max_error_rate: Option<f64>,
    /// A slice fails when the canary's p99 is above stable's by this factor and by 10 ms; 1.5 when
    /// left out.
    max_latency_ratio: Option<f64>,
    /// A slice fails when the canary's p99 is above this.
    max_latency_p99: Option<Span>,
    /// Requests of each arm that a slice needs; 100 when left out.
    min_requests: Option<u32>,
}

impl From<Thresholds> for proto::Thresholds {
    fn from(thresholds: Thresholds) -> Self {
        Self {
            min_success_rate: thresholds.min_success_rate,
            max_error_rate: thresholds.max_error_rate,
            max_latency_ratio: thresholds.max_latency_ratio,
            max_latency_p99: thresholds.max_latency_p99.map(Span::to_proto),
            min_requests: thresholds.min_requests,
        }
    }
}

impl From<proto::Thresholds> for Thresholds {
    fn from(thresholds: proto::Thresholds) -> Self {
        Self {
            min_success_rate: thresholds.min_success_rate,
            max_error_rate: thresholds.max_error_rate,
            max_latency_ratio: thresholds.max_latency_ratio,
            max_latency_p99: Span::of(thresholds.max_latency_p99),
            min_requests: thresholds.min_requests,
        }
    }
}

/// How a canary is judged.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RolloutAnalysis)]
pub(in crate::api::rollouts) struct Analysis {
    /// Slices are whole numbers of it: 100 ms to 1 h; 30 s when left out.
    interval: Option<Span>,
    /// Slices in a row that fail until it is rolled back; 2 when left out.
    consecutive_failures: Option<u32>,
    /// Slices of the whole rollout that fail until it is rolled back; 5 when left out.
    max_failures: Option<u32>,
    /// Inconclusive slices in a row until it pauses; 10 when left out.
    inconclusive_limit: Option<u32>,
    /// Slices without data in a row until it pauses; 10 when left out.
    no_data_limit: Option<u32>,
}

impl From<Analysis> for proto::Analysis {
    fn from(analysis: Analysis) -> Self {
        Self {
            interval: analysis.interval.map(Span::to_proto),
            consecutive_failures: analysis.consecutive_failures,
            max_failures: analysis.max_failures,
            inconclusive_limit: analysis.inconclusive_limit,
            no_data_limit: analysis.no_data_limit,
        }
    }
}

impl From<proto::Analysis> for Analysis {
    fn from(analysis: proto::Analysis) -> Self {
        Self {
            interval: Span::of(analysis.interval),
            consecutive_failures: analysis.consecutive_failures,
            max_failures: analysis.max_failures,
            inconclusive_limit: analysis.inconclusive_limit,
            no_data_limit: analysis.no_data_limit,
        }
    }
}
