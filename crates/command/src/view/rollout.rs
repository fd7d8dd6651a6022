//! Rollouts, as far as tables show them.

use std::fmt;

use serde::Deserialize;

/// A page of rollouts.
#[derive(Debug, Deserialize)]
pub(crate) struct Rollouts {
    pub(crate) rollouts: Vec<Rollout>,
}

/// A rollout.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Rollout {
    pub(crate) id: String,
    pub(crate) state: State,
    pub(crate) label: String,
    pub(crate) change: String,
    pub(crate) paths: Vec<String>,
    pub(crate) apps: Vec<String>,
    pub(crate) from_version: String,
    pub(crate) stages: Vec<Stage>,
    /// Where it is; `None` before it starts.
    pub(crate) stage: Option<StageReached>,
    /// The percentage of all readers that get it.
    pub(crate) share_in_force: f64,
    pub(crate) share_reason: String,
    pub(crate) unit: String,
    pub(crate) auto_promote: bool,
    pub(crate) auto_rollback: bool,
    pub(crate) description: String,
    pub(crate) principal: String,
    pub(crate) created_at: Option<String>,
    pub(crate) stage_since: Option<String>,
    /// How far the last effect came: `pending`, `confirmed`, `refused`.
    pub(crate) effect: String,
    pub(crate) effect_error: String,
    pub(crate) reason: String,
    pub(crate) reverts: String,
    pub(crate) source: String,
    pub(crate) keys: Option<Keys>,
}

/// The distinct keys that have read what a rollout concerns.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Keys {
    pub(crate) canary: u64,
    pub(crate) stable: u64,
    pub(crate) canary_percentage: Option<f64>,
    /// What is wrong with the arms' parts of them; empty when that may be chance.
    pub(crate) warning: String,
}

/// Where a rollout stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    Created,
    Running,
    Paused,
    Completed,
    RolledBack,
    Superseded,
    /// One that is newer than this command.
    #[default]
    #[serde(other)]
    Unknown,
}

impl State {
    /// Whether nothing follows it.
    pub(crate) fn is_end(self) -> bool {
        matches!(self, Self::Completed | Self::RolledBack | Self::Superseded)
    }
}

/// Its name over REST.
impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Completed => "completed",
            Self::RolledBack => "rolled_back",
            Self::Superseded => "superseded",
            Self::Unknown => "unknown",
        })
    }
}

/// One stage of a rollout.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Stage {
    pub(crate) name: String,
    pub(crate) percentage: f64,
    /// How long it lasts at least, such as `5m`.
    pub(crate) min_duration: Option<String>,
}

/// The stage a rollout is at.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct StageReached {
    /// From 0.
    pub(crate) index: usize,
}

/// What a watch reports about a rollout.
#[derive(Debug, Deserialize)]
pub(crate) struct Watched {
    pub(crate) rollout: Rollout,
    #[serde(default)]
    pub(crate) analysis: Analysis,
    #[serde(default)]
    pub(crate) time: Option<String>,
}

/// How an analysis stands.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Analysis {
    /// Newest first.
    pub(crate) slices: Vec<Slice>,
    pub(crate) consecutive_failures: u32,
    pub(crate) failures: u32,
    pub(crate) inconclusive: u32,
    pub(crate) no_data: u32,
    /// What the open slice has so far.
    pub(crate) open: Vec<Figures>,
    /// What was reported since the rollout began.
    pub(crate) total: Vec<Figures>,
    pub(crate) holds_because: String,
    pub(crate) keyless_reads: Option<f64>,
    pub(crate) keys: Option<Keys>,
}

/// A slice that was judged.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Slice {
    pub(crate) number: u64,
    /// From 0.
    pub(crate) stage_index: u64,
    pub(crate) closed_at: Option<String>,
    pub(crate) verdict: String,
    pub(crate) gates: Vec<GateResult>,
}

impl Slice {
    /// What decided its verdict, by gate; empty for one that passes.
    pub(crate) fn why(&self) -> String {
        let deciding = self
            .gates
            .iter()
            .filter(|gate| gate.verdict == self.verdict && gate.verdict != "pass")
            .map(|gate| format!("{} {}: {}", gate.app, gate.gate, gate.detail));
        deciding.collect::<Vec<_>>().join("; ")
    }
}

/// What a gate said.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct GateResult {
    pub(crate) gate: String,
    pub(crate) app: String,
    pub(crate) verdict: String,
    pub(crate) detail: String,
}

/// What was reported of an arm.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Figures {
    pub(crate) app: String,
    pub(crate) arm: String,
    pub(crate) requests: u64,
    pub(crate) errors: u64,
    pub(crate) latency_p50: Option<String>,
    pub(crate) latency_p99: Option<String>,
}

/// A page of what happened.
#[derive(Debug, Deserialize)]
pub(crate) struct Audit {
    pub(crate) entries: Vec<AuditEntry>,
}

/// One thing that happened.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AuditEntry {
    pub(crate) number: u64,
    pub(crate) time: Option<String>,
    pub(crate) principal: String,
    pub(crate) action: String,
    pub(crate) from_state: Option<State>,
    pub(crate) to_state: Option<State>,
    /// From 0.
    pub(crate) to_stage: Option<u64>,
    pub(crate) percentage: Option<f64>,
    pub(crate) reason: String,
    pub(crate) evidence: Vec<GateResult>,
}

/// What became of reported figures.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Reported {
    /// Whether they were counted by an earlier call.
    pub(crate) repeated: bool,
    pub(crate) generation: u64,
}

/// How the breaker stands.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Breaker {
    pub(crate) open: bool,
    pub(crate) opened_at: Option<String>,
    pub(crate) rollbacks: Vec<BreakerRollback>,
    pub(crate) max_rollbacks: u32,
    pub(crate) window: Option<String>,
    pub(crate) reset_by: String,
    pub(crate) reset_at: Option<String>,
}

/// A rollback that the breaker counts.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct BreakerRollback {
    pub(crate) id: String,
    pub(crate) time: Option<String>,
}
