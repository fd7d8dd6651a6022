//! The audit.

use vortex_proto::access::v1 as proto;

use super::{mirror, rfc3339};
use crate::{AuditEntry, Denial, TimelineEntry};

mirror! {
    struct Denial <= proto::Denial { reason, key_id, address, call, role, scope, count, last_at }
}

impl From<TimelineEntry> for AuditEntry {
    fn from(done: TimelineEntry) -> Self {
        Self {
            time: done.time.clone(),
            principal: done.principal.clone(),
            done: Some(done),
            denied: None,
        }
    }
}

impl From<proto::Denial> for AuditEntry {
    fn from(denial: proto::Denial) -> Self {
        Self {
            time: rfc3339(denial.first_at),
            principal: denial.principal.clone(),
            done: None,
            denied: Some(denial.into()),
        }
    }
}
