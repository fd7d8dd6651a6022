//! Translates entries of an audit.

use super::{Invalid, all, from_share, from_time, pb, same_cases, share, time};
use crate::{
    domain::{
        Action, AuditEntry, StateKind,
        analysis::{Judged, SettingChange},
    },
    store::{codec::Stored, v1},
};

same_cases!(
    Action,
    pb::Action,
    "an action",
    Create,
    Start,
    Promote,
    Pause,
    Resume,
    RollBack,
    Complete,
    Detach,
    Edit,
    Stay,
);
same_cases!(
    StateKind,
    pb::StateKind,
    "a state",
    Created,
    Running,
    Paused,
    Completed,
    RolledBack,
);

impl Stored for AuditEntry {
    type Message = pb::AuditEntry;
    type V1 = v1::AuditEntry;
}

impl From<&AuditEntry> for pb::AuditEntry {
    fn from(entry: &AuditEntry) -> Self {
        let AuditEntry {
            number,
            at,
            principal,
            action,
            from,
            to,
            from_stage,
            to_stage,
            share,
            share_reason,
            reason,
            evidence,
            generation,
            changes,
        } = entry;
        let kind = |kind: StateKind| pb::StateKind::from(kind).into();
        Self {
            number: *number,
            at: Some(from_time(*at)),
            principal: principal.clone(),
            action: pb::Action::from(*action).into(),
            from: from.map(kind),
            to: kind(*to),
            from_stage: *from_stage,
            to_stage: *to_stage,
            share: share.map(from_share),
            reason: reason.clone(),
            evidence: evidence.iter().map(pb::Judged::from).collect(),
            generation: *generation,
            share_reason: share_reason.clone(),
            changes: changes.iter().map(pb::SettingChange::from).collect(),
        }
    }
}

impl TryFrom<pb::AuditEntry> for AuditEntry {
    type Error = Invalid;

    fn try_from(stored: pb::AuditEntry) -> Result<Self, Invalid> {
        let (action, to) = (stored.action(), stored.to());
        let from = stored.from.map(|_| stored.from());
        let evidence: Vec<Judged> = all(stored.evidence)?;
        Ok(Self {
            number: stored.number,
            at: time(stored.at, "the entry's time")?,
            principal: stored.principal,
            action: action.try_into()?,
            from: from.map(StateKind::try_from).transpose()?,
            to: to.try_into()?,
            from_stage: stored.from_stage,
            to_stage: stored.to_stage,
            share: stored.share.map(share).transpose()?,
            share_reason: stored.share_reason,
            reason: stored.reason,
            evidence,
            generation: stored.generation,
            changes: all(stored.changes)?,
        })
    }
}

impl From<&SettingChange> for pb::SettingChange {
    fn from(SettingChange { setting, from, to }: &SettingChange) -> Self {
        Self {
            setting: setting.clone(),
            from: from.clone(),
            to: to.clone(),
        }
    }
}

impl TryFrom<pb::SettingChange> for SettingChange {
    type Error = Invalid;

    fn try_from(stored: pb::SettingChange) -> Result<Self, Invalid> {
        Ok(Self {
            setting: stored.setting,
            from: stored.from,
            to: stored.to,
        })
    }
}
