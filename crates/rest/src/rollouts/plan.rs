//! The plan of a rollout: accepted at its creation, and answered with defaults filled in.

use serde::{Deserialize, Serialize};

use crate::{Span, name::names};

names! {
    /// Where a rollout's stages come from.
    pub enum RolloutStrategy {
        /// 1, 5, 25, 50, 100 percent.
        Conservative = "conservative",
        /// 10, 50, 100 percent.
        Aggressive = "aggressive",
        /// 100 percent at once.
        Immediate = "immediate",
        /// The stages given.
        Custom = "custom",
    }
}

/// One stage.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RolloutStage {
    /// Its name; made of its percentage when left out.
    #[serde(default)]
    pub name: String,
    /// The part of all readers that get it, in percent, in steps of 0.01; greater than the stage's
    /// before. The last is 100.
    pub percentage: f64,
    /// How long it lasts at least.
    pub min_duration: Option<Span>,
}

/// What a canary has to keep to. Rates are ratios.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RolloutThresholds {
    /// A slice passes with at least this part of requests without error; 0.99 when left out.
    pub min_success_rate: Option<f64>,
    /// A slice fails above this part of requests with errors; 0.05 when left out.
    pub max_error_rate: Option<f64>,
    /// A slice fails when the canary's p99 is above stable's by this factor and by 10 ms; 1.5 when
    /// left out.
    pub max_latency_ratio: Option<f64>,
    /// A slice fails when the canary's p99 is above this.
    pub max_latency_p99: Option<Span>,
    /// Requests of each arm that a slice needs; 100 when left out.
    pub min_requests: Option<u32>,
}

/// How a canary is judged.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RolloutAnalysis {
    /// Slices are whole numbers of it: 100 ms to 1 h; 30 s when left out.
    pub interval: Option<Span>,
    /// Slices in a row that fail until it is rolled back; 2 when left out.
    pub consecutive_failures: Option<u32>,
    /// Slices of the whole rollout that fail until it is rolled back; 5 when left out.
    pub max_failures: Option<u32>,
    /// Inconclusive slices in a row until it pauses; 10 when left out.
    pub inconclusive_limit: Option<u32>,
    /// Slices without data in a row until it pauses; 10 when left out.
    pub no_data_limit: Option<u32>,
}
