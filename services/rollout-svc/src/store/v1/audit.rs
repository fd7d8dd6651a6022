//! `audit/<id>/<number>`

use serde::Deserialize;

use super::{basics::Time, judged::Judged, v2};

#[derive(Deserialize)]
pub(in crate::store) struct AuditEntry {
    number: u64,
    at: Time,
    principal: String,
    action: Action,
    from: Option<StateKind>,
    to: StateKind,
    from_stage: Option<u32>,
    to_stage: Option<u32>,
    share: Option<u16>,
    reason: String,
    evidence: Vec<Judged>,
    generation: u64,
}

#[derive(Deserialize)]
enum Action {
    Create,
    Start,
    Promote,
    Pause,
    Resume,
    RollBack,
    Complete,
    Detach,
}

#[derive(Deserialize)]
enum StateKind {
    Created,
    Running,
    Paused,
    Completed,
    RolledBack,
}

impl From<AuditEntry> for v2::AuditEntry {
    fn from(entry: AuditEntry) -> Self {
        let kind = |kind: StateKind| v2::StateKind::from(kind).into();
        Self {
            number: entry.number,
            at: Some(entry.at.into()),
            principal: entry.principal,
            action: v2::Action::from(entry.action).into(),
            from: entry.from.map(kind),
            to: kind(entry.to),
            from_stage: entry.from_stage,
            to_stage: entry.to_stage,
            share: entry.share.map(u32::from),
            reason: entry.reason,
            evidence: entry.evidence.into_iter().map(v2::Judged::from).collect(),
            generation: entry.generation,
            changes: Vec::new(),
            share_reason: String::new(),
        }
    }
}

impl From<Action> for v2::Action {
    fn from(action: Action) -> Self {
        match action {
            Action::Create => Self::Create,
            Action::Start => Self::Start,
            Action::Promote => Self::Promote,
            Action::Pause => Self::Pause,
            Action::Resume => Self::Resume,
            Action::RollBack => Self::RollBack,
            Action::Complete => Self::Complete,
            Action::Detach => Self::Detach,
        }
    }
}

impl From<StateKind> for v2::StateKind {
    fn from(kind: StateKind) -> Self {
        match kind {
            StateKind::Created => Self::Created,
            StateKind::Running => Self::Running,
            StateKind::Paused => Self::Paused,
            StateKind::Completed => Self::Completed,
            StateKind::RolledBack => Self::RolledBack,
        }
    }
}
