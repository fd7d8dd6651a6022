//! Requests to create a rollout.

use serde::{Deserialize, Serialize};

use super::{
    RolloutAnalysis, RolloutOnFailure, RolloutQuery, RolloutStage, RolloutStrategy,
    RolloutThresholds, RolloutWebhook,
};
use crate::Unit;

/// A rollout to be created: of the change set `change`, or of the one that wrote the version
/// `to_version` of a document.
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
    /// The version that must be stable now.
    pub from_version: Option<String>,
    /// The version that the change set wrote.
    pub to_version: Option<String>,
    /// The strategy: `conservative` when left out, or `custom` with stages.
    pub strategy: Option<RolloutStrategy>,
    /// The stages of a custom strategy, 1 to 20.
    pub stages: Option<Vec<RolloutStage>>,
    /// The unit that is given one arm or the other; `instance` when left out.
    pub unit: Option<Unit>,
    /// Whether the rollout goes to the next stage by itself; true when left out.
    pub auto_promote: Option<bool>,
    /// Whether the rollout rolls back by itself; true when left out.
    pub auto_rollback: Option<bool>,
    /// What failures of the canary lead to: what `auto_rollback` says when left out, which it must
    /// not contradict.
    pub on_failure: Option<RolloutOnFailure>,
    /// Slices in a row that pass after which the rollout resumes by itself, when inconclusive slices
    /// or an outage of both arms paused it: 1 to 100; when left out or 0, it never does.
    pub resume_after_passes: Option<u32>,
    /// The limits that the canary has to keep within.
    pub thresholds: Option<RolloutThresholds>,
    /// The interval of the analysis, and how many slices decide.
    pub analysis: Option<RolloutAnalysis>,
    /// A description for people.
    pub description: Option<String>,
    /// The applications that must all be judged, 64 at most; when left out, those that the
    /// documents were written for. Figures of others are refused, so name the readers of a shared
    /// document such as `application.yml`.
    #[serde(default)]
    pub apps: Vec<String>,
    /// The keys of the unit that are in the canary from the start on, whatever the share. With
    /// `exclude` 1,000 at most, each of 1 to 256 bytes.
    #[serde(default)]
    pub include: Vec<String>,
    /// The keys of the unit that are on stable until it completes, whatever the share.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// How many instances get it at least: a stage's share is raised until it includes as many of
    /// those that report, so that 1 % of five instances is one. 0 to 100; 1 when left out, and by
    /// subject none.
    pub min_instances: Option<u32>,
    /// Queries of Prometheus that the canary is judged by, 10 at most.
    #[serde(default)]
    pub queries: Vec<RolloutQuery>,
    /// Webhooks that are asked how the canary fares, 5 at most.
    #[serde(default)]
    pub webhooks: Vec<RolloutWebhook>,
    /// Starts the rollout at once.
    pub start: Option<bool>,
    /// Rolls the change set out even if it was rolled back before, which needs a reason.
    pub force: Option<bool>,
    /// The reason, for the audit.
    pub reason: Option<String>,
    /// As the header `Idempotency-Key`.
    pub request_id: Option<String>,
}
