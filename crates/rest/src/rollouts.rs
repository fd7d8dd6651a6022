//! Rollouts: staged change sets that go out to a growing share of all readers.

mod analysis;
mod audit;
mod create;
mod edit;
mod gates;
mod plan;
mod report;

pub use analysis::{
    AnalysisSlice, AnalysisStatus, ArmFigures, GateResult, InstanceCounts, SeenKeys, Verdict,
};
pub use audit::{RolloutAudit, RolloutAuditEntry, SettingChange};
pub use create::NewRollout;
pub use edit::RolloutEdit;
pub use gates::{RolloutNoValue, RolloutQuery, RolloutWebhook};
pub use plan::{
    RolloutAnalysis, RolloutBaseline, RolloutOnFailure, RolloutStage, RolloutStrategy,
    RolloutThresholds,
};
pub use report::{ArmReport, ArmReports, ReportTaken};

use crate::{Unit, answer::answers, name::names};

answers! {
    /// A page of rollouts, newest first.
    pub struct Rollouts {
        /// The rollouts.
        pub rollouts: Vec<Rollout>,
        /// The token of the next page; empty on the last one.
        pub next_page_token: String,
    }

    /// A rollout.
    pub struct Rollout {
        /// The id, which also seeds the choice of the canary's readers.
        pub id: String,
        /// The state.
        pub state: RolloutState,
        /// The current stage; null before the start.
        pub stage: Option<RolloutAt>,
        /// The percentage of all readers that get the change set now.
        pub share_in_force: f64,
        /// Why that is not the stage's percentage; empty when it is.
        pub share_reason: String,
        /// The label.
        pub label: String,
        /// The change set's name.
        pub change: String,
        /// The log's position at which the change set was written.
        pub change_sequence: u64,
        /// The paths of its documents.
        pub paths: Vec<String>,
        /// The applications that are judged.
        pub apps: Vec<String>,
        /// The stable version, at the creation, of the first document that has one.
        pub from_version: String,
        /// The strategy that gave the stages.
        pub strategy: RolloutStrategy,
        /// The stages.
        pub stages: Vec<RolloutStage>,
        /// The unit that is given one arm or the other.
        pub unit: Unit,
        /// Whether the rollout goes to the next stage by itself.
        pub auto_promote: bool,
        /// Whether the rollout rolls back by itself when it fails.
        pub auto_rollback: bool,
        /// What failures of the canary lead to; `auto_rollback` says the same.
        pub on_failure: RolloutOnFailure,
        /// Slices in a row that pass after which the rollout resumes by itself, when inconclusive
        /// slices or an outage of both arms paused it; 0 if it never does.
        pub resume_after_passes: u32,
        /// The limits that the canary has to keep within.
        pub thresholds: RolloutThresholds,
        /// The settings of the analysis.
        pub analysis: RolloutAnalysis,
        /// The description, for people.
        pub description: String,
        /// The principal that created the rollout.
        pub principal: String,
        /// When it was created.
        pub created_at: Option<String>,
        /// When it last changed.
        pub updated_at: Option<String>,
        /// When the stage's share came into force; null until then.
        pub stage_since: Option<String>,
        /// The number of the split's latest move.
        pub generation: u64,
        /// How far the last effect on readers has come.
        pub effect: RolloutEffect,
        /// Why the effect is not confirmed; empty when no attempt failed.
        pub effect_error: String,
        /// Why the rollout is in its state: what paused it, rolled it back, or holds it.
        pub reason: String,
        /// The rollout that this one takes back; empty when it takes back none.
        pub reverts: String,
        /// A number that rises with every change of the rollout.
        pub revision: u64,
        /// The source whose change it rolls out; empty when a caller created it.
        pub source: String,
        /// The distinct keys that have read what the rollout concerns. Null in lists and in answers
        /// to commands, and while nothing is known.
        pub keys: Option<SeenKeys>,
        /// The keys of the unit that are in the canary whatever the share. Empty in lists, in
        /// answers to commands and in events.
        pub include: Vec<String>,
        /// The keys of the unit that are on stable whatever the share. As `include`.
        pub exclude: Vec<String>,
        /// How many instances get it at least: a stage's share is raised for that. 0 if it is not.
        pub min_instances: u32,
        /// How many instances the share is raised for above that of the stage, as `share_reason`
        /// says. 0 if it is not.
        pub share_raised_for: u32,
        /// The queries that the canary is judged by. As `include`.
        pub queries: Vec<RolloutQuery>,
        /// The webhooks that are asked how the canary fares. As `include`.
        pub webhooks: Vec<RolloutWebhook>,
    }

    /// The current stage of a rollout.
    pub struct RolloutAt {
        /// The index of the stage, from 0.
        pub index: u32,
        /// The stage's name.
        pub name: String,
        /// The stage's percentage.
        pub percentage: f64,
    }

    /// The present state of a followed rollout: the data of an event.
    pub struct FollowedRollout {
        /// The rollout.
        pub rollout: Rollout,
        /// Its analysis.
        pub analysis: AnalysisStatus,
        /// The time at which this was the state.
        pub time: Option<String>,
    }
}

names! {
    /// The state of a rollout.
    pub enum RolloutState {
        /// No reader gets it yet.
        Created = "created",
        /// A stage's share of all readers gets it.
        Running = "running",
        /// The stage's share stays as it is; the rollout goes no further by itself.
        Paused = "paused",
        /// The change set became stable.
        Completed = "completed",
        /// Everybody gets the stable version again, the start was refused, or another caller ended
        /// the split.
        RolledBack = "rolled_back",
        /// Another cluster took its namespace over. Never sent while there is one cluster.
        Superseded = "superseded",
    }

    /// How far the last effect of a rollout on readers has come.
    pub enum RolloutEffect {
        /// There was no effect yet.
        None = "none",
        /// On its way, and sent again until it is confirmed.
        Pending = "pending",
        /// In force.
        Confirmed = "confirmed",
        /// config-svc refused it for good.
        Refused = "refused",
    }
}

impl RolloutState {
    /// Whether the state is final.
    pub fn is_end(&self) -> bool {
        matches!(self, Self::Completed | Self::RolledBack | Self::Superseded)
    }
}
