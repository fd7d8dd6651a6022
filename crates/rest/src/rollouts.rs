//! Rollouts: staged change sets that go out to a growing share of all readers.

mod analysis;
mod audit;
mod create;
mod plan;
mod report;

pub use analysis::{AnalysisSlice, AnalysisStatus, ArmFigures, GateResult, SeenKeys, Verdict};
pub use audit::{RolloutAudit, RolloutAuditEntry};
pub use create::NewRollout;
pub use plan::{RolloutAnalysis, RolloutStage, RolloutStrategy, RolloutThresholds};
pub use report::{ArmReport, ArmReports, ReportTaken};

use crate::{Unit, answer::answers, name::names};

answers! {
    /// A page of rollouts, newest first.
    pub struct Rollouts {
        /// The rollouts.
        pub rollouts: Vec<Rollout>,
        /// Where the next page begins; empty at the end.
        pub next_page_token: String,
    }

    /// A rollout.
    pub struct Rollout {
        /// Its id, which also seeds who is in the canary.
        pub id: String,
        /// Where it stands.
        pub state: RolloutState,
        /// The stage it is at; null before it starts.
        pub stage: Option<RolloutAt>,
        /// The percentage of all readers that get it.
        pub share_in_force: f64,
        /// Why that is not the stage's own; empty when it is.
        pub share_reason: String,
        /// The label.
        pub label: String,
        /// The change set's name.
        pub change: String,
        /// The log's position at which the change set was written.
        pub change_sequence: u64,
        /// Its documents' paths.
        pub paths: Vec<String>,
        /// The applications that are judged.
        pub apps: Vec<String>,
        /// The stable version of the first document that has one.
        pub from_version: String,
        /// Where its stages come from.
        pub strategy: RolloutStrategy,
        /// Its stages.
        pub stages: Vec<RolloutStage>,
        /// What is told apart.
        pub unit: Unit,
        /// Whether it goes to the next stage by itself.
        pub auto_promote: bool,
        /// Whether it rolls back by itself.
        pub auto_rollback: bool,
        /// What the canary has to keep to.
        pub thresholds: RolloutThresholds,
        /// How the canary is judged.
        pub analysis: RolloutAnalysis,
        /// Why, for people.
        pub description: String,
        /// Who created it.
        pub principal: String,
        /// When it was created.
        pub created_at: Option<String>,
        /// When it last changed.
        pub updated_at: Option<String>,
        /// When the stage's share was in force; null until then.
        pub stage_since: Option<String>,
        /// Which move of its split this is.
        pub generation: u64,
        /// How far the last effect on readers came.
        pub effect: RolloutEffect,
        /// Why the effect is not confirmed; empty when nothing failed.
        pub effect_error: String,
        /// Why it is as it is: what paused it, rolled it back, or holds it.
        pub reason: String,
        /// The rollout that this one takes back; empty when it takes back none.
        pub reverts: String,
        /// Rises with every change of it.
        pub revision: u64,
        /// The source whose change started it; empty when a caller did.
        pub source: String,
        /// The distinct keys that have read what it concerns, in what reads and follows one
        /// rollout. Null elsewhere, and while nothing is known.
        pub keys: Option<SeenKeys>,
    }

    /// Where in its stages a rollout is.
    pub struct RolloutAt {
        /// From 0.
        pub index: u32,
        /// The stage's name.
        pub name: String,
        /// The stage's percentage.
        pub percentage: f64,
    }

    /// How a followed rollout stands: the data of an event.
    pub struct FollowedRollout {
        /// The rollout.
        pub rollout: Rollout,
        /// Its analysis.
        pub analysis: AnalysisStatus,
        /// When this was so.
        pub time: Option<String>,
    }
}

names! {
    /// Where a rollout stands.
    pub enum RolloutState {
        /// No reader gets it yet.
        Created = "created",
        /// A stage's share of all readers gets it.
        Running = "running",
        /// As running, and it goes no further by itself.
        Paused = "paused",
        /// It became stable.
        Completed = "completed",
        /// Everybody got stable again.
        RolledBack = "rolled_back",
        /// Another cluster took its namespace over. Never sent while there is one cluster.
        Superseded = "superseded",
    }

    /// How far a rollout's last effect on readers came.
    pub enum RolloutEffect {
        /// It has had none yet.
        None = "none",
        /// It is on its way, and repeated until it is confirmed.
        Pending = "pending",
        /// It is in force.
        Confirmed = "confirmed",
        /// config-svc refused it for good.
        Refused = "refused",
    }
}

impl RolloutState {
    /// Whether nothing follows it.
    pub fn is_end(&self) -> bool {
        matches!(self, Self::Completed | Self::RolledBack | Self::Superseded)
    }
}
