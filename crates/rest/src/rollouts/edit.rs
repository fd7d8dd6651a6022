//! Requests to change settings of a rollout.

use serde::{Deserialize, Serialize};

use super::{RolloutAnalysis, RolloutOnFailure, RolloutThresholds};

/// Settings to change of a rollout that has not ended, at least one; what is left out stays as it
/// is. They are in force from the next slice on.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RolloutEdit {
    /// The limits to change. A `max_latency_p99` of `0s` takes that limit away.
    pub thresholds: Option<RolloutThresholds>,
    /// How many slices decide. The `interval` can't be changed.
    pub analysis: Option<RolloutAnalysis>,
    /// What failures of the canary lead to.
    pub on_failure: Option<RolloutOnFailure>,
    /// Slices in a row that pass after which the rollout resumes by itself; 0 if it never does.
    pub resume_after_passes: Option<u32>,
    /// The reason, for the audit.
    pub reason: Option<String>,
    /// As the header `Idempotency-Key`.
    pub request_id: Option<String>,
}
