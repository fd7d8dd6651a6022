//! What creates a rollout.

use serde::{Deserialize, Serialize};

use super::{RolloutAnalysis, RolloutStage, RolloutStrategy, RolloutThresholds};
use crate::Unit;

/// A rollout to be created: of `change`, or of what the version `to_version` of a document belongs
/// to.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewRollout {
    /// The change set's name.
    pub change: Option<String>,
    /// The document's application.
    pub app: Option<String>,
    /// The document's profile; `default` when left out.
    pub profile: Option<String>,
    /// The label; `main` when left out.
    pub label: Option<String>,
    /// The version that must be stable.
    pub from_version: Option<String>,
    /// The version that the change set wrote.
    pub to_version: Option<String>,
    /// `conservative` when left out, or `custom` with stages.
    pub strategy: Option<RolloutStrategy>,
    /// The stages of a custom strategy, 1 to 20.
    pub stages: Option<Vec<RolloutStage>>,
    /// What is told apart; the instance when left out.
    pub unit: Option<Unit>,
    /// Whether it goes to the next stage by itself; true when left out.
    pub auto_promote: Option<bool>,
    /// Whether it rolls back by itself; true when left out.
    pub auto_rollback: Option<bool>,
    /// What the canary has to keep to.
    pub thresholds: Option<RolloutThresholds>,
    /// How the canary is judged.
    pub analysis: Option<RolloutAnalysis>,
    /// Why, for people.
    pub description: Option<String>,
    /// The applications that must all be judged, 64 at most; those the documents were written for
    /// when left out. Figures of others are refused, so name those that read a shared document
    /// such as `application.yml`.
    #[serde(default)]
    pub apps: Vec<String>,
    /// Starts it at once.
    pub start: Option<bool>,
    /// Rolls it out also if it was rolled back before, which needs a reason.
    pub force: Option<bool>,
    /// Why, for the audit.
    pub reason: Option<String>,
    /// As the header `Idempotency-Key`.
    pub request_id: Option<String>,
}
