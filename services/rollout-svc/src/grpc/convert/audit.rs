//! Converts audit entries to replies.

use vortex_bucket::Share;
use vortex_proto::rollout::v1 as pb;

use super::{analysis::gates, state, timestamp};
use crate::domain::{AuditEntry, analysis::SettingChange};

pub(in crate::grpc) fn audit_entry(entry: &AuditEntry) -> pb::AuditEntry {
    // nothing comes before a creation
    let from = entry.from.map_or(pb::RolloutState::Unspecified, state);
    pb::AuditEntry {
        number: entry.number,
        time: Some(timestamp(entry.at)),
        principal: entry.principal.clone(),
        action: entry.action.name().to_owned(),
        from_state: from.into(),
        to_state: state(entry.to).into(),
        from_stage: entry.from_stage,
        to_stage: entry.to_stage,
        percentage: entry.share.map(Share::percentage),
        share_reason: entry.share_reason.clone(),
        reason: entry.reason.clone(),
        evidence: entry.evidence.iter().flat_map(gates).collect(),
        generation: entry.generation,
        changes: entry.changes.iter().map(change).collect(),
    }
}

fn change(change: &SettingChange) -> pb::SettingChange {
    pb::SettingChange {
        setting: change.setting.clone(),
        from: change.from.clone(),
        to: change.to.clone(),
    }
}
