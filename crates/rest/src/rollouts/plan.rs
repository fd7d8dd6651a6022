//! The plan of a rollout: accepted at its creation, and answered with defaults filled in.

use serde::{Deserialize, Serialize};

use crate::{Span, name::names};

names! {
    /// The strategy that gives a rollout its stages.
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

    /// What a gate compares the canary with. The absolute limit of the errors gate is
    /// `max_error_rate`, that of the latency gate `max_latency_p99`.
    pub enum RolloutBaseline {
        /// A slice fails by the absolute limit or by the comparison with stable.
        Either = "either",
        /// A slice fails by the absolute limit only.
        Absolute = "absolute",
        /// A slice fails by the comparison with stable only; where both arms are beyond the
        /// absolute limit, it is inconclusive.
        Relative = "relative",
        /// A slice fails only when the canary exceeds the absolute limit and is worse than stable;
        /// where both arms are beyond the absolute limit, it is inconclusive.
        Both = "both",
    }

    /// What failures of the canary lead to.
    pub enum RolloutOnFailure {
        /// Everybody gets the stable version again.
        RollBack = "rollback",
        /// The rollout pauses, and an operator decides.
        Pause = "pause",
    }
}

/// One stage.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RolloutStage {
    /// The name; made from the percentage when left out.
    #[serde(default)]
    pub name: String,
    /// The share of all readers in percent, in steps of 0.01; greater than in the stage before, and
    /// 100 in the last.
    pub percentage: f64,
    /// The minimum duration.
    pub min_duration: Option<Span>,
}

/// The limits that a canary has to keep within. Rates are ratios from 0 to 1.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RolloutThresholds {
    /// The least success rate of a slice that passes; 0.99 when left out.
    pub min_success_rate: Option<f64>,
    /// The error rate above which a slice fails; 0.05 when left out.
    pub max_error_rate: Option<f64>,
    /// A slice fails when the canary's p99 exceeds stable's p99 times this factor by more than 10
    /// ms; 1.5 when left out.
    pub max_latency_ratio: Option<f64>,
    /// A slice fails when the canary's p99 exceeds this; no limit when left out.
    pub max_latency_p99: Option<Span>,
    /// The requests that a slice needs of each arm; 100 when left out. 0, which only a rollout with
    /// queries or webhooks may have, leaves a slice without requests to them.
    pub min_requests: Option<u32>,
    /// What the errors gate compares the canary with; `either` when left out.
    pub errors_baseline: Option<RolloutBaseline>,
    /// What the latency gate compares the canary with; `either` when left out.
    pub latency_baseline: Option<RolloutBaseline>,
}

/// The interval of the analysis, and how many slices decide.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RolloutAnalysis {
    /// The interval; a slice is a whole number of them. 100 ms to 1 h; 30 s when left out.
    pub interval: Option<Span>,
    /// Failed slices in a row that roll the rollout back, and slices in a row with an outage of both
    /// arms that pause it; 2 when left out.
    pub consecutive_failures: Option<u32>,
    /// Failed slices in the whole rollout that roll it back; 5 when left out.
    pub max_failures: Option<u32>,
    /// Inconclusive slices in a row that pause the rollout; 10 when left out.
    pub inconclusive_limit: Option<u32>,
    /// Slices without enough data in a row that pause the rollout; 10 when left out.
    pub no_data_limit: Option<u32>,
}
