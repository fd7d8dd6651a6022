//! Rollouts as JSON.

mod figures;
mod gates;
mod judged;
mod keys;
mod names;
mod plan;

use serde::Serialize;
use utoipa::ToSchema;
use vortex_proto::rollout::v1 as proto;

use crate::{answer::from_replies, answer::time::rfc3339, api::assignment::Unit};

pub(super) use figures::Figures;
pub(super) use gates::GateResult;
pub(super) use judged::Status;
use keys::Keys;
pub(super) use names::{Effect, State, Strategy};
pub(super) use plan::{Analysis, Stage, Thresholds};

/// A rollout.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Rollout {
    /// Its id, which also seeds who is in the canary.
    id: String,
    state: State,
    /// The stage it is at; null before it starts.
    stage: Option<At>,
    /// The percentage of all readers that get it.
    share_in_force: f64,
    /// Why that is not the stage's own; empty when it is.
    share_reason: String,
    label: String,
    /// The change set's name.
    change: String,
    /// The log's position at which the change set was written.
    change_sequence: u64,
    /// Its documents' paths.
    paths: Vec<String>,
    /// The applications that are judged.
    apps: Vec<String>,
    /// The stable version of the first document that has one.
    from_version: String,
    strategy: Strategy,
    stages: Vec<Stage>,
    unit: Unit,
    /// Whether it goes to the next stage by itself.
    auto_promote: bool,
    /// Whether it rolls back by itself.
    auto_rollback: bool,
    thresholds: Thresholds,
    analysis: Analysis,
    /// Why, for people.
    description: String,
    /// Who created it.
    principal: String,
    created_at: Option<String>,
    updated_at: Option<String>,
    /// When the stage's share was in force; null until then.
    stage_since: Option<String>,
    /// Which move of its split this is.
    generation: u64,
    /// How far the last effect on readers came.
    effect: Effect,
    /// Why the effect is not confirmed; empty when nothing failed.
    effect_error: String,
    /// Why it is as it is: what paused it, rolled it back, or holds it.
    reason: String,
    /// The rollout that this one takes back; empty when it takes back none.
    reverts: String,
    /// Rises with every change of it.
    revision: u64,
    /// The source whose change started it; empty when a caller did.
    source: String,
    /// The distinct keys that have read what it concerns, in what reads and follows one rollout.
    /// Null elsewhere, and while nothing is known.
    keys: Option<Keys>,
}

/// Where in its stages a rollout is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RolloutAt)]
struct At {
    /// From 0.
    index: u32,
    name: String,
    percentage: f64,
}

impl At {
    fn of(rollout: &proto::Rollout) -> Option<Self> {
        let index = rollout.stage_index?;
        let stage = rollout.stages.get(usize::try_from(index).ok()?)?;
        Some(Self {
            index,
            name: stage.name.clone(),
            percentage: stage.percentage,
        })
    }
}

from_replies!(
    Rollout = rollout of
    proto::GetRolloutResponse,
    proto::StartRolloutResponse,
    proto::PromoteRolloutResponse,
    proto::PauseRolloutResponse,
    proto::ResumeRolloutResponse,
    proto::RollBackRolloutResponse,
    proto::CompleteRolloutResponse,
);

impl From<proto::Rollout> for Rollout {
    fn from(rollout: proto::Rollout) -> Self {
        Self {
            state: rollout.state().into(),
            stage: At::of(&rollout),
            strategy: rollout.strategy().into(),
            unit: rollout.unit().into(),
            effect: rollout.effect().into(),
            id: rollout.id,
            share_in_force: rollout.share_in_force,
            share_reason: rollout.share_reason,
            label: rollout.label,
            change: rollout.change,
            change_sequence: rollout.change_sequence,
            paths: rollout.paths,
            apps: rollout.apps,
            from_version: rollout.from_version,
            stages: rollout.stages.into_iter().map(Stage::from).collect(),
            auto_promote: rollout.auto_promote,
            auto_rollback: rollout.auto_rollback,
            thresholds: rollout.thresholds.unwrap_or_default().into(),
            analysis: rollout.analysis.unwrap_or_default().into(),
            description: rollout.description,
            principal: rollout.principal,
            created_at: rfc3339(rollout.created_at),
            updated_at: rfc3339(rollout.updated_at),
            stage_since: rfc3339(rollout.stage_since),
            generation: rollout.generation,
            effect_error: rollout.effect_error,
            reason: rollout.reason,
            reverts: rollout.reverts,
            revision: rollout.revision,
            source: rollout.source,
            keys: rollout.keys.map(Keys::from),
        }
    }
}
