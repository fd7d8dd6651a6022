//! Tells sinks of notifications what happens to rollouts: each entry of an audit is an event.

mod about;
mod words;

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};
use vortex_bucket::Share;
use vortex_notify::{CannotRead, Event, Log};

use crate::{
    domain::{Action, AuditEntry, RolloutId, Spec, StateKind},
    engine::Rollouts,
    store::audits,
};

/// The most paths of a rollout that an event names.
const LISTED_PATHS: usize = 100;

/// The audits of all rollouts, as sinks are told of them.
pub(crate) struct Notices {
    rollouts: Rollouts,
}

impl Notices {
    pub(crate) fn new(rollouts: Rollouts) -> Self {
        Self { rollouts }
    }

    /// What a rollout is, unless it was deleted since. Of a new one, the store may know before the
    /// memory does.
    async fn spec(&self, id: &RolloutId) -> Result<Option<Arc<Spec>>, crate::store::Error> {
        match self.rollouts.get(id) {
            Ok(rollout) => Ok(Some(rollout.spec.clone())),
            Err(_) => Ok(self.rollouts.store().spec(id).await?.map(Arc::new)),
        }
    }
}

impl Log for Notices {
    fn prefix(&self) -> Bytes {
        audits()
    }

    async fn event(&self, key: Bytes, value: Bytes) -> Result<Option<Event>, CannotRead> {
        let read = async {
            let (id, entry) = self.rollouts.store().read_audit(&key, &value)?;
            Ok(self.spec(&id).await?.map(|spec| event(&spec, &entry)))
        };
        match read.await {
            Ok(event) => Ok(event),
            Err(error @ crate::store::Error::Engine(_)) if !error.is_damage() => {
                Err(CannotRead(Box::new(error)))
            }
            Err(error) => {
                // it will be no better the next time
                tracing::error!(%error, "nobody is told of this");
                Ok(None)
            }
        }
    }
}

fn event(spec: &Spec, entry: &AuditEntry) -> Event {
    let id = &spec.id;
    Event {
        id: format!("rollout/{id}/{}", entry.number),
        at: entry.at,
        kind: kind(entry),
        subject: id.to_string(),
        text: words::text(spec, entry),
        label: spec.label.clone(),
        about: about::about(spec),
        data: data(spec, entry),
    }
}

fn kind(entry: &AuditEntry) -> &'static str {
    match entry.action {
        Action::Create => "rollout.created",
        Action::Start => "rollout.started",
        Action::Promote => "rollout.promoted",
        Action::Pause => "rollout.paused",
        Action::Resume => "rollout.resumed",
        Action::RollBack => "rollout.rolled_back",
        // config-svc has not confirmed the release yet
        Action::Complete if entry.to == StateKind::Running => "rollout.releasing",
        Action::Complete => "rollout.completed",
        Action::Detach => "rollout.detached",
        Action::Edit => "rollout.edited",
        Action::Stay => "rollout.stayed",
    }
}

/// The facts, named as REST names them.
fn data(spec: &Spec, entry: &AuditEntry) -> Value {
    json!({
        "rollout": spec.id.to_string(),
        "change": spec.change,
        "paths": &spec.paths[..spec.paths.len().min(LISTED_PATHS)],
        "path_count": spec.paths.len(),
        "from_version": spec.from_version,
        "source": spec.source,
        "number": entry.number,
        "principal": entry.principal,
        "action": entry.action.name(),
        "from_state": entry.from.map(StateKind::name),
        "to_state": entry.to.name(),
        "from_stage": entry.from_stage,
        "to_stage": entry.to_stage,
        "stage_count": spec.stages.count(),
        "percentage": entry.share.map(Share::percentage),
        "reason": entry.reason,
        "share_reason": entry.share_reason,
        "generation": entry.generation,
    })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use vortex_notify::KINDS;

    use super::*;

    #[test]
    fn every_action_is_a_kind_that_settings_know() {
        for action in Action::ALL {
            for to in StateKind::ALL {
                let entry = AuditEntry {
                    number: 1,
                    at: Timestamp::UNIX_EPOCH,
                    principal: "key:ci".to_owned(),
                    action,
                    from: None,
                    to,
                    from_stage: None,
                    to_stage: None,
                    share: None,
                    reason: String::new(),
                    evidence: Vec::new(),
                    generation: 0,
                    share_reason: String::new(),
                    changes: Vec::new(),
                };
                let kind = kind(&entry);
                assert!(KINDS.contains(&kind), "{kind}");
            }
        }
    }
}
