//! Builds a transition together with its audit entry.

use vortex_bucket::Share;

use super::intent::Intent;
use crate::domain::{Action, AuditEntry, Effect, Moment, Rollout, State, Transition};

impl Rollout {
    /// A transition that the audit records.
    pub(super) fn enter(
        self,
        state: State,
        action: Action,
        intent: Intent,
        effect: Option<Effect>,
        now: Moment,
    ) -> Transition {
        let (from, from_stage) = (self.kind(), self.state().stage());
        let mut next = self.changed(state, now);
        if let Some(effect) = effect {
            next.standing.generation = effect.generation();
        }
        next.standing.audits += 1;
        let audit = AuditEntry {
            number: next.standing.audits,
            at: now.wall,
            principal: intent.principal,
            action,
            from: Some(from),
            to: next.kind(),
            from_stage,
            to_stage: next.state().stage(),
            share: effect.map(share_of),
            share_reason: String::new(),
            reason: intent.reason,
            evidence: intent.evidence,
            generation: next.standing.generation,
            changes: Vec::new(),
        };
        Transition {
            next,
            effect,
            audit: Some(audit),
        }
    }

    /// A transition without an audit entry.
    pub(super) fn note(self, state: State, now: Moment) -> Transition {
        Transition {
            next: self.changed(state, now),
            effect: None,
            audit: None,
        }
    }

    fn changed(mut self, state: State, now: Moment) -> Self {
        self.standing.state = state;
        self.standing.revision += 1;
        self.standing.updated = now;
        self
    }
}

fn share_of(effect: Effect) -> Share {
    match effect {
        Effect::SetShare { share, .. } => share,
        Effect::Remove { .. } => Share::NONE,
        Effect::Release { .. } => Share::FULL,
    }
}
