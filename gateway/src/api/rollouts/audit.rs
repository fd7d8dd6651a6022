//! What happened to a rollout.

use axum::{Json, extract::State as Extract};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use vortex_proto::rollout::v1::{self as proto, ListAuditRequest, ListAuditResponse, RolloutState};

use super::shape::{GateResult, State};
use crate::{
    answer,
    answer::time::rfc3339,
    clients::RolloutClient,
    extract::{Path, Query},
    problem::Problem,
};

/// Which page is read.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Page {
    /// At most so many, 1 to 1,000; 100 when left out.
    page_size: Option<u32>,
    /// The `next_page_token` of the page before.
    page_token: Option<String>,
}

/// A page of what happened, oldest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RolloutAudit)]
pub(super) struct Audit {
    entries: Vec<Entry>,
    /// Where the next page begins; empty at the end.
    next_page_token: String,
}

impl From<ListAuditResponse> for Audit {
    fn from(reply: ListAuditResponse) -> Self {
        Self {
            entries: reply.entries.into_iter().map(Entry::from).collect(),
            next_page_token: reply.next_page_token,
        }
    }
}

/// One thing that happened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RolloutAuditEntry)]
struct Entry {
    /// From 1, without gaps.
    number: u64,
    time: Option<String>,
    /// Who: a principal, or `rollout-svc` for what it decided by itself.
    principal: String,
    /// `create`, `start`, `promote`, `pause`, `resume`, `roll_back`, `complete`, `detach`.
    action: String,
    /// The state before; null where there was none.
    from_state: Option<State>,
    /// The state after.
    to_state: Option<State>,
    /// The stage before; null where there was none.
    from_stage: Option<u32>,
    /// The stage after; null where there is none.
    to_stage: Option<u32>,
    /// The percentage that it set, if it set one.
    percentage: Option<f64>,
    /// Why: what the caller gave, or what decided.
    reason: String,
    /// What decided, by gate.
    evidence: Vec<GateResult>,
    /// The generation of the effect.
    generation: u64,
}

impl From<proto::AuditEntry> for Entry {
    fn from(entry: proto::AuditEntry) -> Self {
        Self {
            from_state: state(entry.from_state()),
            to_state: state(entry.to_state()),
            number: entry.number,
            time: rfc3339(entry.time),
            principal: entry.principal,
            action: entry.action,
            from_stage: entry.from_stage,
            to_stage: entry.to_stage,
            percentage: entry.percentage,
            reason: entry.reason,
            evidence: entry.evidence.into_iter().map(GateResult::from).collect(),
            generation: entry.generation,
        }
    }
}

fn state(state: RolloutState) -> Option<State> {
    (state != RolloutState::Unspecified).then(|| state.into())
}

/// List what happened to a rollout
#[utoipa::path(
    get,
    path = "/api/rollouts/{id}/audit",
    operation_id = "listRolloutAudit",
    tag = "rollouts",
    params(("id" = String, Path, description = "The rollout's id"), Page),
    responses((status = 200, description = "A page, oldest first", body = Audit)),
)]
pub(super) async fn audit(
    Extract(mut rollouts): Extract<RolloutClient>,
    Path(id): Path<String>,
    Query(page): Query<Page>,
) -> Result<Json<Audit>, Problem> {
    let request = ListAuditRequest {
        id,
        page_size: page.page_size.unwrap_or_default(),
        page_token: page.page_token.unwrap_or_default(),
    };
    answer::json(rollouts.list_audit(request)).await
}
